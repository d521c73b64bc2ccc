import { createHash } from 'node:crypto';
import type { Share } from './balance.js';

/** In minor units; fees are those taken less those given back. */
export interface Amounts {
  readonly gross: number;
  readonly fees: number;
  readonly refunds: number;
  readonly chargebacks: number;
}

export const netOf = ({ gross, fees, refunds, chargebacks }: Amounts): number =>
  gross - fees - refunds - chargebacks;

/** One merchant's share of a batch in one currency. */
export interface Settled extends Share, Amounts {
  readonly settlementId: string;
  readonly batchId: string;
  readonly orders: number;
  readonly net: number;
  readonly cutoff: Date;
  readonly settledAt: Date;
}

/** The same for the same share of the same batch, and safe in addresses whoever the merchant is. */
export function settlementIdOf(batchId: string, { merchantId, currency }: Share): string {
  const hash = createHash('sha256').update(`${batchId}\n${currency}\n${merchantId}`);
  return `st_${hash.digest('hex').slice(0, 32)}`;
}
