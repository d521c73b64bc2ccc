import type { ServiceDefinition } from '#messaging';
import { AppModule } from './app.module.js';
import { auditSettings } from './settings.js';

export const auditService: ServiceDefinition<typeof auditSettings> = {
  name: 'audit',
  title: 'Audit API',
  settings: auditSettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
