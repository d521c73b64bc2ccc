import type { ServiceDefinition } from '#messaging';
import { serviceSettings } from '#platform';
import { AppModule } from './app.module.js';

export const customerService: ServiceDefinition<typeof serviceSettings> = {
  name: 'customer',
  title: 'Customer API',
  settings: serviceSettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
