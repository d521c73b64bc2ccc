import type { ServiceDefinition } from '#messaging';
import { AppModule } from './app.module.js';
import { analyticsSettings } from './settings.js';

export const analyticsService: ServiceDefinition<typeof analyticsSettings> = {
  name: 'analytics',
  title: 'Analytics API',
  settings: analyticsSettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
