import { milliseconds, runMain, settings, wholeNumber } from '#platform';
import { DAY_MS, listeningOf, sandboxSettings, webhookSettings } from '#sandbox';
import { PAID_AFTER_MS, createSandboxPayment } from './sandbox-payment.js';

const schema = sandboxSettings.extend({
  ...webhookSettings,
  IDEMPOTENCY_KEY_TTL_MS: milliseconds.default(DAY_MS),
  /** How long customers need to pay by transfer or in a shop; 0 = they never do by themselves. */
  PAID_AFTER_MS: wholeNumber(0, 2_147_483_647).default(PAID_AFTER_MS),
});

void runMain('sandbox-payment', async (context) => {
  const config = settings(schema, context.env);
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
