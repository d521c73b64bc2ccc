import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connectTransport, isTransient } from '#messaging';
import { createHttpApp, type Logger } from '#platform';
import { AppModule } from './app.module.js';
import type { OrchestratorSettings } from './settings.js';

/** The whole service, consuming; not yet listening. */
export const createOrchestratorApp = async (
  settings: OrchestratorSettings,
  logger: Logger,
): Promise<NestFastifyApplication> => {
  const app = await createHttpApp(AppModule.forRoot(settings, logger), {
    service: 'orchestrator',
    title: 'Saga orchestrator: admin API',
    logger,
    isUnavailable: isTransient,
  });
  connectTransport(app);
  await app.startAllMicroservices();
  return app;
};
