import type { ServiceDefinition } from '#messaging';
import { AppModule } from './app.module.js';
import { orderSettings } from './settings.js';

export const orderService: ServiceDefinition<typeof orderSettings> = {
  name: 'order',
  title: 'Order API',
  settings: orderSettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
