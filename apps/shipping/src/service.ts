import type { ServiceDefinition } from '#messaging';
import { AppModule } from './app.module.js';
import { WEBHOOK_ROUTE } from './http/webhooks.controller.js';
import { shippingSettings } from './settings.js';

export const shippingService: ServiceDefinition<typeof shippingSettings> = {
  name: 'shipping',
  title: 'Shipping API',
  settings: shippingSettings,
  rawBodyRoutes: [WEBHOOK_ROUTE],
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
