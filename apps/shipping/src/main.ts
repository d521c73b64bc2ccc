import 'reflect-metadata';
import { runMain, settings } from '#platform';
import { createShippingApp } from './app.js';
import { shippingSettings } from './settings.js';

await runMain('shipping', async ({ env, logger }) => {
  const config = settings(shippingSettings, env);
  const app = await createShippingApp(config, logger);
  await app.listen(config.PORT, config.HOST);
  logger.info({ port: config.PORT }, 'listening');
  return { stop: () => app.close() };
});
