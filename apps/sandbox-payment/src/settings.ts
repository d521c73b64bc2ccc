import { milliseconds, wholeNumber } from '#platform';
import { DAY_MS, sandboxSettings, webhookSettings } from '#sandbox';
import { PAID_AFTER_MS } from './sandbox-payment.js';

const all = sandboxSettings.extend({
  ...webhookSettings,
  IDEMPOTENCY_KEY_TTL_MS: milliseconds.default(DAY_MS),
  /** How long customers need to pay by transfer or in a shop; 0 = they never do by themselves. */
  PAID_AFTER_MS: wholeNumber(0, 2_147_483_647).default(PAID_AFTER_MS),
});

/** Nobody is told unsigned, and a secret without an address would tell nobody. */
export const sandboxPaymentSettings = all.refine(
  ({ WEBHOOK_URL, WEBHOOK_SECRET }) =>
    (WEBHOOK_URL === undefined) === (WEBHOOK_SECRET === undefined),
  { path: ['WEBHOOK_SECRET'], error: 'is needed with WEBHOOK_URL, and of no use without' },
);
