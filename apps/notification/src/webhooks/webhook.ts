/** A merchant's endpoint, and what is delivered to it. */
import { randomBytes } from 'node:crypto';
import { runtime } from '#platform';

export interface Endpoint {
  readonly merchantId: string;
  readonly url: string;
  /** Which of the public events. */
  readonly events: readonly string[];
  readonly enabled: boolean;
  /** Why it was disabled by us; null where the merchant did it, or nobody. */
  readonly disabledReason: string | null;
}

/** Secrets as they are kept: sealed. */
export interface SealedEndpoint extends Endpoint {
  readonly secret: string;
  /** Still signed with, after a rotation, for as long as it takes to bring out the new one. */
  readonly previousSecret: string | null;
}

export interface NewDelivery {
  readonly deliveryId: string;
  readonly merchantId: string;
  readonly messageId: string;
  readonly body: string;
}

/**
 * - `recorded`: it will be delivered.
 * - `delivered`: the endpoint took it.
 * - `dropped`: there is nobody any more who would take it.
 * - `failed`: the endpoint did not take it for three days.
 */
export type DeliveryStatus = 'recorded' | 'delivered' | 'dropped' | 'failed';

export interface Delivery extends NewDelivery {
  readonly status: DeliveryStatus;
  readonly recordedAt: Date;
}

/** One for each message and endpoint. */
export const deliveryIdOf = (messageId: string, merchantId: string): string =>
  `${messageId}@${merchantId}`;

const SECRET_BYTES = 32;

/** As Standard Webhooks has it. */
export const newSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Pauses between tries: three days in all, most of the tries early. */
export const RETRY_PAUSES_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** Up to a fifth more, so that what failed together does not come back together. */
export const retryPauseMs = (
  pausesMs: readonly number[],
  attempts: number,
  random: () => number = runtime.random,
): number => {
  const pauseMs = pausesMs[Math.min(attempts, pausesMs.length) - 1] ?? 0;
  return Math.round(pauseMs * (1 + random() / 5));
};
