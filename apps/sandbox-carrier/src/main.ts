import { runMain, settings } from '#platform';
import { listeningOf } from '#sandbox';
import { createSandboxCarrier } from './sandbox-carrier.js';
import { sandboxCarrierSettings } from './settings.js';

void runMain('sandbox-carrier', async (context) => {
  const config = settings(sandboxCarrierSettings, context.env);
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret } = config;
  const sandbox = await createSandboxCarrier({
    ...listeningOf(config, context),
    returnTransitMs: config.RETURN_TRANSIT_MS,
    pickupAfterMs: config.PICKUP_AFTER_MS,
    deliveredAfterMs: config.DELIVERED_AFTER_MS,
    webhooks: url !== undefined && secret !== undefined ? { url, secret } : undefined,
  });
  context.logger.info({ url: sandbox.url }, 'listening');
  return sandbox;
});
