import 'reflect-metadata';
import { runService } from '#messaging';
import { catalogService } from './service.js';

await runService(catalogService);
