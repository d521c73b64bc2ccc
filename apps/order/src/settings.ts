import { z } from 'zod';
import { parkingSettings } from '#participant';
import { key32, milliseconds, serviceSettings, wholeNumber } from '#platform';

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
  /** Whether only merchants that the merchant service says are active take orders. */
  MERCHANT_CHECKS: z.enum(['on', 'off']).default('on'),
  /**
   * Whether every request must show a key of the merchant whose order it is about. Off, whoever reaches
   * the service may do everything: for tests, and behind a gateway that asks for something itself.
   */
  ORDER_API_KEYS: z.enum(['required', 'off']).default('required'),
  /**
   * For how long a request waits for another one with its Idempotency-Key that is still running. Less
   * than a statement may take.
   */
  IDEMPOTENCY_WAIT_MS: wholeNumber(0, 20_000).default(2_000),
  /** Most connections over which orders are watched, of one process. */
  STREAM_MAX_CLIENTS: wholeNumber(0, 100_000).default(1_000),
  /** For how long one of them is open; browsers come again by themselves. */
  STREAM_MAX_MS: milliseconds.default(600_000),
  /** How often what is watched is looked for. */
  STREAM_POLL_MS: wholeNumber(10, 60_000).default(250),
  /** How often something is sent where nothing happens, and who does not read is cut off. */
  STREAM_HEARTBEAT_MS: wholeNumber(50, 300_000).default(15_000),
});
export type OrderSettings = z.output<typeof orderSettings>;
