import type { ServiceDefinition } from '#messaging';
import { AppModule } from './app.module.js';
import { WEBHOOK_ROUTE } from './http/webhooks.controller.js';
import { paymentSettings } from './settings.js';

export const paymentService: ServiceDefinition<typeof paymentSettings> = {
  name: 'payment',
  title: 'Payment API',
  settings: paymentSettings,
  rawBodyRoutes: [WEBHOOK_ROUTE],
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
