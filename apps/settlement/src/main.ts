import 'reflect-metadata';
import { runService } from '#messaging';
import { settlementService } from './service.js';

await runService(settlementService);
