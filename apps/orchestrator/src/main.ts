import 'reflect-metadata';
import { runService } from '#messaging';
import { orchestratorService } from './service.js';

await runService(orchestratorService);
