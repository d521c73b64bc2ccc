import { parkingSettings } from '#participant';
import { httpUrl, milliseconds, outboundSettings, serviceSettings, wholeNumber } from '#platform';
import { z } from 'zod';

export const withdrawalSettings = serviceSettings.extend({
  ...parkingSettings,
  ...outboundSettings,
  /** Base address of the bank's API. */
  BANK_URL: httpUrl,
  BANK_KEY: z.string().min(1),
  /** Pause before the bank is asked again what has become of a payout; it grows with the wait. */
  PAYOUT_POLL_MS: milliseconds.default(1_000),
  PAYOUT_POLL_MAX_MS: milliseconds.default(600_000),
  /**
   * For how long a request waits for another one with its Idempotency-Key that is still running. Less
   * than a statement may take.
   */
  IDEMPOTENCY_WAIT_MS: wholeNumber(0, 20_000).default(2_000),
});
export type WithdrawalSettings = z.output<typeof withdrawalSettings>;
