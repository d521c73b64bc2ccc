import type { ServiceDefinition } from '#messaging';
import { AppModule } from './app.module.js';
import { settlementSettings } from './settings.js';

export const settlementService: ServiceDefinition<typeof settlementSettings> = {
  name: 'settlement',
  title: 'Settlement API',
  settings: settlementSettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
