import { parkingSettings } from '#participant';
import {
  httpUrl,
  milliseconds,
  outboundSettings,
  serviceSettings,
  webhookSecrets,
} from '#platform';
import { z } from 'zod';
import { SERVICES } from './provider/carrier.js';

export const shippingSettings = serviceSettings.extend({
  ...parkingSettings,
  ...outboundSettings,
  /** Base address of the carrier's API. */
  CARRIER_URL: httpUrl,
  CARRIER_KEY: z.string().min(1),
  /** Signs what the carrier tells; two with a comma between them while it is being changed. */
  CARRIER_WEBHOOK_SECRET: webhookSecrets,
  /** How parcels are sent; `cheapest` asks for the rates of each first. */
  CARRIER_SERVICE: z.enum([...SERVICES, 'cheapest']).default('standard'),
  /** Pause between two looks at what the carrier tells of parcels, should its messages get lost. */
  TRACKING_POLL_MS: milliseconds.default(1_000),
  /** Pause before the carrier is asked again where returned goods are; it grows with the wait. */
  RETURN_POLL_MS: milliseconds.default(250),
  RETURN_POLL_MAX_MS: milliseconds.default(600_000),
});
export type ShippingSettings = z.output<typeof shippingSettings>;
