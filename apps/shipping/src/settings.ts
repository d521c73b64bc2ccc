import { parkingSettings } from '#participant';
import { httpUrl, outboundSettings, serviceSettings } from '#platform';
import { z } from 'zod';

export const shippingSettings = serviceSettings.extend({
  ...parkingSettings,
  ...outboundSettings,
  /** Base address of the carrier's API. */
  CARRIER_URL: httpUrl,
  CARRIER_KEY: z.string().min(1),
});
export type ShippingSettings = z.output<typeof shippingSettings>;
