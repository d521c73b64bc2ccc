import type { ServiceDefinition } from '#messaging';
import { AppModule } from './app.module.js';
import { inventorySettings } from './settings.js';

export const inventoryService: ServiceDefinition<typeof inventorySettings> = {
  name: 'inventory',
  title: 'Inventory API',
  settings: inventorySettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
