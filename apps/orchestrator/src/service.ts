import type { ServiceDefinition } from '#messaging';
import { AppModule } from './app.module.js';
import { orchestratorSettings } from './settings.js';

export const orchestratorService: ServiceDefinition<typeof orchestratorSettings> = {
  name: 'orchestrator',
  title: 'Saga orchestrator: admin API',
  settings: orchestratorSettings,
  module: (settings, logger) => AppModule.forRoot(settings, logger),
};
