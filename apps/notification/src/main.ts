import 'reflect-metadata';
import { runService } from '#messaging';
import { notificationService } from './service.js';

await runService(notificationService);
