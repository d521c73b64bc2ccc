import 'reflect-metadata';
import { runService } from '#messaging';
import { merchantService } from './service.js';

await runService(merchantService);
