import 'reflect-metadata';
import { runMain, settings } from '#platform';
import { createInventoryApp } from './app.js';
import { inventorySettings } from './settings.js';

await runMain('inventory', async ({ env, logger }) => {
  const config = settings(inventorySettings, env);
  const app = await createInventoryApp(config, logger);
  await app.listen(config.PORT, config.HOST);
  logger.info({ port: config.PORT }, 'listening');
  return { stop: () => app.close() };
});
