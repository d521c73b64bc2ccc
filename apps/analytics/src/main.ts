import 'reflect-metadata';
import { runService } from '#messaging';
import { analyticsService } from './service.js';

await runService(analyticsService);
