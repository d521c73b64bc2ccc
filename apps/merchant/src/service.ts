import type { ServiceDefinition } from '#messaging';
import { serviceSettings } from '#platform';
import { AppModule } from './app.module.js';

export const merchantService: ServiceDefinition<typeof serviceSettings> = {
  name: 'merchant',
  title: 'Merchant API',
  settings: serviceSettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
