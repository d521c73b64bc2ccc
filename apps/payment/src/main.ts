import 'reflect-metadata';
import { runService } from '#messaging';
import { paymentService } from './service.js';

await runService(paymentService);
