import 'reflect-metadata';
import { runMain, settings } from '#platform';
import { createOrchestratorApp } from './app.js';
import { orchestratorSettings } from './settings.js';

await runMain('orchestrator', async ({ env, logger }) => {
  const config = settings(orchestratorSettings, env);
  const app = await createOrchestratorApp(config, logger);
  await app.listen(config.PORT, config.HOST);
  logger.info({ port: config.PORT }, 'listening');
  return { stop: () => app.close() };
});
