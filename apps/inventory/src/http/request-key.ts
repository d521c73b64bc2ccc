import { createHash } from 'node:crypto';
import { fieldProblem, type ProblemException } from '#platform';
import type { StockWish } from '../domain/stock-wish.js';
import type { RequestKey } from '../persistence/movement-rows.js';

/**
 * Recognises a repeated request by its meaning; nothing of it is secret.
 * @throws ProblemException unless the key is 1 to 255 visible ASCII characters
 */
export function requestKeyOf(
  header: string | undefined,
  wishes: readonly StockWish[],
): RequestKey | undefined {
  if (header === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(header)) {
    const message = 'must be 1 to 255 visible ASCII characters';
    throw fieldProblem(400, [{ field: 'Idempotency-Key', message }]);
  }
  // The wishes are built here, so their fields are always in the same order.
  const hash = createHash('sha256').update(JSON.stringify(wishes)).digest('base64url');
  return { key: header, hash };
}

export const keyReused = (): ProblemException =>
  fieldProblem(
    422,
    [{ field: 'Idempotency-Key', message: 'was used before with another body' }],
    'The idempotency key is taken',
  );
