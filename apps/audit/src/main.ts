import 'reflect-metadata';
import { runService } from '#messaging';
import { auditService } from './service.js';

await runService(auditService);
