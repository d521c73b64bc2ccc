import { milliseconds, runMain, settings } from '#platform';
import { DAY_MS, listeningOf, sandboxSettings } from '#sandbox';
import { createSandboxPayment } from './sandbox-payment.js';

const schema = sandboxSettings.extend({
  IDEMPOTENCY_KEY_TTL_MS: milliseconds.default(DAY_MS),
});

void runMain('sandbox-payment', async (context) => {
  const config = settings(schema, context.env);
  const sandbox = await createSandboxPayment({
    ...listeningOf(config, context),
    keyLifetimeMs: config.IDEMPOTENCY_KEY_TTL_MS,
  });
  context.logger.info({ url: sandbox.url }, 'listening');
  return sandbox;
});
