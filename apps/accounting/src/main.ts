import 'reflect-metadata';
import { runService } from '#messaging';
import { accountingService } from './service.js';

await runService(accountingService);
