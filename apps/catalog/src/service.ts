import type { ServiceDefinition } from '#messaging';
import { serviceSettings } from '#platform';
import { AppModule } from './app.module.js';

export const catalogService: ServiceDefinition<typeof serviceSettings> = {
  name: 'catalog',
  title: 'Catalog API',
  settings: serviceSettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
