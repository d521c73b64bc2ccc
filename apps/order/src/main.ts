import 'reflect-metadata';
import { runMain, settings } from '#platform';
import { createOrderApp } from './app.js';
import { orderSettings } from './settings.js';

await runMain('order', async ({ env, logger }) => {
  const config = settings(orderSettings, env);
  const app = await createOrderApp(config, logger);
  await app.listen(config.PORT, config.HOST);
  logger.info({ port: config.PORT }, 'listening');
  return { stop: () => app.close() };
});
