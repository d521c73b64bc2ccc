import 'reflect-metadata';
import { runService } from '#messaging';
import { shippingService } from './service.js';

await runService(shippingService);
