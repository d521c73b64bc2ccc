import 'reflect-metadata';
import { runService } from '#messaging';
import { customerService } from './service.js';

await runService(customerService);
