import type { ServiceDefinition } from '#messaging';
import { AppModule } from './app.module.js';
import { accountingSettings } from './settings.js';

export const accountingService: ServiceDefinition<typeof accountingSettings> = {
  name: 'accounting',
  title: 'Accounting API',
  settings: accountingSettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
