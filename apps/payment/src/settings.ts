import { parkingSettings } from '#participant';
import {
  httpUrl,
  key32,
  milliseconds,
  outboundSettings,
  serviceSettings,
  webhookSecrets,
  wholeNumber,
} from '#platform';
import { z } from 'zod';

export const paymentSettings = serviceSettings.extend({
  ...parkingSettings,
  ...outboundSettings,
  /** Opens the card tokens that the order service sealed. */
  PAYMENT_TOKEN_KEY: key32,
  /** What carries the calls: Stripe's own package, or plain HTTP, which the sandbox needs no more of. */
  PAYMENT_PROVIDER: z.enum(['sandbox', 'stripe']).default('sandbox'),
  /** Base address of an API that speaks Stripe's payment intents. */
  PAYMENT_PROVIDER_URL: httpUrl,
  PAYMENT_PROVIDER_KEY: z.string().min(1),
  /** Signs what the provider tells; two with a comma between them while it is being changed. */
  PROVIDER_WEBHOOK_SECRET: webhookSecrets,
  /**
   * How long a customer has to pay by transfer or in a shop: at most three days, which in a shop end at
   * midnight, because after four the saga takes the order back.
   */
  PAY_WITHIN_MS: wholeNumber(1, 259_200_000).default(259_200_000),
  /** Between two looks whether one has paid, should the provider's message get lost. */
  PAY_POLL_MS: milliseconds.default(600_000),
  /** Between two looks whether yesterday is still to be compared with the provider's books. */
  RECONCILIATION_POLL_MS: milliseconds.default(900_000),
});
export type PaymentSettings = z.output<typeof paymentSettings>;
