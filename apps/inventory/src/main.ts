import 'reflect-metadata';
import { runService } from '#messaging';
import { inventoryService } from './service.js';

await runService(inventoryService);
