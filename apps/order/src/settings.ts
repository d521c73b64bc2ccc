import type { z } from 'zod';
import { parkingSettings } from '#participant';
import { key32, serviceSettings } from '#platform';

export const orderSettings = serviceSettings.extend({
  ...parkingSettings,
  /** Seals card tokens on their way to the payment service, which has the same key. */
  PAYMENT_TOKEN_KEY: key32,
});
export type OrderSettings = z.output<typeof orderSettings>;
