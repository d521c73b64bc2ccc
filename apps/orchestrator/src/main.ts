import 'reflect-metadata';
import { connectTransport } from '#messaging';
import { createHttpApp, runMain, settings } from '#platform';
import { AppModule } from './app.module.js';
import { orchestratorSettings } from './settings.js';

await runMain('orchestrator', async ({ env, logger }) => {
  const config = settings(orchestratorSettings, env);
  const app = await createHttpApp(AppModule.forRoot(config, logger), {
    service: 'orchestrator',
    title: 'Saga orchestrator: admin API',
    logger,
  });
  connectTransport(app);
  await app.startAllMicroservices();
  await app.listen(config.PORT, config.HOST);
  logger.info({ port: config.PORT }, 'listening');
  return { stop: () => app.close() };
});
