import { createHash } from 'node:crypto';
import type { StockLine } from '#contracts';
import { fieldProblem, keyReused, ProblemException, requestInProgress } from '#platform';
import type { ReturnRequested } from '../acceptance/request-return.js';
import { merged, type OrderReturn } from '../domain/order-return.js';
import type { RequestKey } from '../persistence/insert-orders.js';
import type { ReturnDto } from './returns.dto.js';

export const returnView = (one: OrderReturn, currency: string): ReturnDto => ({
  returnId: one.returnId,
  orderId: one.orderId,
  origin: one.origin,
  status: one.status,
  ...(one.reason && { reason: one.reason }),
  ...(one.note !== undefined && { note: one.note }),
  items: one.items,
  refundAmount: one.refundAmount,
  currency,
  revision: one.revision,
  createdAt: one.createdAt.toISOString(),
  updatedAt: one.updatedAt.toISOString(),
});

/** Recognises a repeated request by its meaning; nothing of it is secret. */
export function returnKey(key: string, items: readonly StockLine[], note?: string): RequestKey {
  const content = JSON.stringify([merged(items), note]);
  return { key, hash: createHash('sha256').update(content).digest('base64url') };
}

type Refused = Exclude<ReturnRequested, { outcome: 'accepted' | 'unknown-order' }>;

/** @param items as they were sent, to name the one that is wrong */
export function problemOf(refused: Refused, items: readonly StockLine[]): ProblemException {
  if (refused.outcome === 'key-reused') return keyReused();
  if (refused.outcome === 'in-progress') return requestInProgress();
  if (refused.outcome === 'not-shipped') {
    return new ProblemException(
      409,
      'The order cannot be returned',
      `The order is ${refused.status}; only what was shipped can come back.`,
      { code: `order_${refused.status}` },
    );
  }
  const { why } = refused;
  const index = items.findLastIndex(({ productId }) => productId === why.productId);
  if (why.kind === 'not-ordered') {
    const error = { field: `items.${index}.productId`, message: 'is not part of the order' };
    return fieldProblem(422, [error], 'The return cannot be accepted');
  }
  const message = `must not be more than is left of what was ordered: ${why.left}`;
  const field = `items.${index}.quantity`;
  return new ProblemException(409, 'More than is left to be returned', `${field}: ${message}`, {
    code: 'return_exceeds_order',
    errors: [{ field, message }],
  });
}

export const tooLateToCancel = (status: 'received' | 'completed'): ProblemException =>
  new ProblemException(
    409,
    'The return can no longer be cancelled',
    'The goods have arrived and are refunded; whoever wants them back orders them again.',
    { code: `return_${status}` },
  );

export const nothingToCancel = (): ProblemException =>
  new ProblemException(
    409,
    'The refund cannot be cancelled',
    'The carrier has lost the parcel, and its price is given back; nothing has to be sent back.',
    { code: 'return_of_lost_parcel' },
  );
