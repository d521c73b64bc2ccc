import type { ServiceDefinition } from '#messaging';
import { AppModule } from './app.module.js';
import { withdrawalSettings } from './settings.js';

export const withdrawalService: ServiceDefinition<typeof withdrawalSettings> = {
  name: 'withdrawal',
  title: 'Withdrawal API',
  settings: withdrawalSettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
