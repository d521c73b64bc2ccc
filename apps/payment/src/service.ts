import type { ServiceDefinition } from '#messaging';
import { AppModule } from './app.module.js';
import { paymentSettings } from './settings.js';

export const paymentService: ServiceDefinition<typeof paymentSettings> = {
  name: 'payment',
  title: 'Payment API',
  settings: paymentSettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
