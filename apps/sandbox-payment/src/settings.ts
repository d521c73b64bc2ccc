import { milliseconds, wholeNumber } from '#platform';
import { DAY_MS, sandboxSettings, webhookSettings, webhooksTogether } from '#sandbox';
import { PAID_AFTER_MS } from './sandbox-payment.js';

const all = sandboxSettings.extend({
  ...webhookSettings,
  IDEMPOTENCY_KEY_TTL_MS: milliseconds.default(DAY_MS),
  /** How long customers need to pay by transfer or in a shop; 0 = they never do by themselves. */
  PAID_AFTER_MS: wholeNumber(0, 2_147_483_647).default(PAID_AFTER_MS),
});

export const sandboxPaymentSettings = all.refine(...webhooksTogether);
