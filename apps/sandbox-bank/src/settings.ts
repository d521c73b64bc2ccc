import { milliseconds } from '#platform';
import { sandboxSettings } from '#sandbox';
import { SLOW_PAYOUT_MS } from './domain/payout.js';

export const sandboxBankSettings = sandboxSettings.extend({
  /** How long payouts to the accounts take that take their time. */
  SLOW_PAYOUT_MS: milliseconds.default(SLOW_PAYOUT_MS),
});
