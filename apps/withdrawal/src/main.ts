import 'reflect-metadata';
import { runService } from '#messaging';
import { withdrawalService } from './service.js';

await runService(withdrawalService);
