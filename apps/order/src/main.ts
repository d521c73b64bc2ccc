import 'reflect-metadata';
import { runService } from '#messaging';
import { orderService } from './service.js';

await runService(orderService);
