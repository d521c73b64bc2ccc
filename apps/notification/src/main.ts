import 'reflect-metadata';
import { runMain, settings } from '#platform';
import { createNotificationApp } from './app.js';
import { notificationSettings } from './settings.js';

await runMain('notification', async ({ env, logger }) => {
  const config = settings(notificationSettings, env);
  const app = await createNotificationApp(config, logger);
  await app.listen(config.PORT, config.HOST);
  logger.info({ port: config.PORT }, 'listening');
  return { stop: () => app.close() };
});
