import { z } from 'zod';
import { parkingSettings } from '#participant';
import { key32, serviceSettings, wholeNumber } from '#platform';

export const orderSettings = serviceSettings.extend({
  ...parkingSettings,
  /** Seals card tokens on their way to the payment service, which has the same key. */
  PAYMENT_TOKEN_KEY: key32,
  /** How long another card may be given after a declined one, where the order does not say. */
  ANOTHER_CARD_WITHIN_MS: wholeNumber(0, 86_400_000).default(1_800_000),
  /**
   * Whether orders are held against the catalog and the customers. A shop that runs neither of these
   * services switches it off.
   */
  ORDER_CHECKS: z.enum(['on', 'off']).default('on'),
});
export type OrderSettings = z.output<typeof orderSettings>;
