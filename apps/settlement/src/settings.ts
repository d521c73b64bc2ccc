import { z } from 'zod';
import { parkingSettings } from '#participant';
import { serviceSettings, wholeNumber } from '#platform';
import { limitOf, MOST } from './domain/limits.js';

const DAY_MS = 86_400_000;

/** `1000`: for all currencies; `GBP:100,JPY:10000`: for these; both: `1000,JPY:10000`. */
const limit = (otherwise: number) =>
  z
    .string()
    .default(String(otherwise))
    .transform((text, context) => {
      const read = limitOf(text, otherwise);
      if (read) return read;
      const message = 'must be minor units, as 1000 or GBP:100,JPY:10000, each currency once';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });

export const settlementSettings = serviceSettings.extend({
  ...parkingSettings,
  /**
   * How long the money of an order waits after its delivery, for returns and disputes to be raised.
   * Default 7 days, at most a year.
   */
  HOLDING_PERIOD_MS: wholeNumber(0, 366 * DAY_MS).default(7 * DAY_MS),
  /**
   * A batch of its own accord so often, counted from the epoch, so that all replicas mean the same
   * moments. Default one day: at midnight UTC. 0: none but those that are asked for. Below a second
   * each look would open a batch, and find the next one due when it has worked through that.
   */
  SETTLE_EVERY_MS: wholeNumber(0, 366 * DAY_MS)
    .refine((ms) => ms === 0 || ms >= 1_000, 'must be 0, or at least 1000')
    .default(DAY_MS),
  /** The least that may be drawn at once, in minor units. Default 1: all. */
  WITHDRAWAL_MIN: limit(1),
  /** The most that may be drawn at once. Default: as much as can be asked for. */
  WITHDRAWAL_MAX: limit(MOST),
  /** The most that may be drawn on one day (UTC), over all of a balance's withdrawals. Likewise. */
  WITHDRAWAL_MAX_A_DAY: limit(MOST),
});
export type SettlementSettings = z.output<typeof settlementSettings>;
