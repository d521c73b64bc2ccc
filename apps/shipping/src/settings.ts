import { parkingSettings } from '#participant';
import { httpUrl, milliseconds, outboundSettings, serviceSettings } from '#platform';
import { z } from 'zod';

export const shippingSettings = serviceSettings.extend({
  ...parkingSettings,
  ...outboundSettings,
  /** Base address of the carrier's API. */
  CARRIER_URL: httpUrl,
  CARRIER_KEY: z.string().min(1),
  /** Pause before the carrier is asked again where returned goods are; it grows with the wait. */
  RETURN_POLL_MS: milliseconds.default(250),
  RETURN_POLL_MAX_MS: milliseconds.default(600_000),
});
export type ShippingSettings = z.output<typeof shippingSettings>;
