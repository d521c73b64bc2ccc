import { runMain, settings } from '#platform';
import { listeningOf } from '#sandbox';
import { createSandboxPayment } from './sandbox-payment.js';
import { sandboxPaymentSettings } from './settings.js';

void runMain('sandbox-payment', async (context) => {
  const config = settings(sandboxPaymentSettings, context.env);
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret } = config;
  const sandbox = await createSandboxPayment({
    ...listeningOf(config, context),
    keyLifetimeMs: config.IDEMPOTENCY_KEY_TTL_MS,
    paidAfterMs: config.PAID_AFTER_MS,
    webhooks: url !== undefined && secret !== undefined ? { url, secret } : undefined,
  });
  context.logger.info({ url: sandbox.url }, 'listening');
  return sandbox;
});
