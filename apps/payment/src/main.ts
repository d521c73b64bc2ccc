import 'reflect-metadata';
import { runMain, settings } from '#platform';
import { createPaymentApp } from './app.js';
import { paymentSettings } from './settings.js';

await runMain('payment', async ({ env, logger }) => {
  const config = settings(paymentSettings, env);
  const app = await createPaymentApp(config, logger);
  await app.listen(config.PORT, config.HOST);
  logger.info({ port: config.PORT }, 'listening');
  return { stop: () => app.close() };
});
