import { parkingSettings } from '#participant';
import { httpUrl, key32, outboundSettings, serviceSettings } from '#platform';
import { z } from 'zod';

export const paymentSettings = serviceSettings.extend({
  ...parkingSettings,
  ...outboundSettings,
  /** Opens the card tokens that the order service sealed. */
  PAYMENT_TOKEN_KEY: key32,
  /** Base address of an API that speaks Stripe's payment intents. */
  PAYMENT_PROVIDER_URL: httpUrl,
  PAYMENT_PROVIDER_KEY: z.string().min(1),
});
export type PaymentSettings = z.output<typeof paymentSettings>;
