import { fieldProblem, ProblemException } from '#platform';
import type { StockRefusal, StockWish } from '../domain/stock-wish.js';
import { MAX_ON_HAND } from '../domain/stock.js';
import type { StockAnswer } from './stock-desk.js';
import { keyReused } from './request-key.js';

export const unknownProduct = (productId: string): ProblemException =>
  new ProblemException(404, 'Unknown product', `Nothing is known of ${productId}.`);

type Done = Extract<StockAnswer, { kind: 'done' }>;

/**
 * @param path where the fields of a wish stand in the body: `receipts.3.`, or nothing
 * @throws ProblemException for every other answer
 */
export function done(
  answer: StockAnswer,
  wishes: readonly StockWish[],
  path: (index: number) => string = () => '',
): Done {
  if (answer.kind === 'done') return answer;
  if (answer.kind === 'key-reused') throw keyReused();
  const { index, why } = answer;
  throw problemOf(why, wishes[index] as StockWish, path(index));
}

const AMOUNT = { received: 'quantity', adjusted: 'difference', counted: 'onHand' } as const;

function problemOf(why: StockRefusal, wish: StockWish, path: string): ProblemException {
  const { productId, warehouseId, kind } = wish;
  switch (why.kind) {
    case 'unknown-product':
      return unknownProduct(productId);
    case 'unknown-warehouse':
      return fieldProblem(422, [{ field: `${path}warehouseId`, message: 'is not known' }]);
    case 'beyond-limit': {
      const message = `must not make more than ${MAX_ON_HAND} pieces together`;
      return fieldProblem(422, [{ field: `${path}${AMOUNT[kind]}`, message }]);
    }
    case 'below-reserved': {
      const { onHand, reserved } = why.stock;
      const numbers = { productId, warehouseId, onHand, reserved };
      if (reserved === 0) {
        const there = `${onHand} pieces of ${productId} are in ${warehouseId}; no more can be taken.`;
        return new ProblemException(409, 'More than is there', there, numbers);
      }
      const detail =
        `Of ${onHand} pieces of ${productId} in ${warehouseId}, ${reserved} are promised to ` +
        'orders; no fewer can be there.';
      return new ProblemException(409, 'Less than is reserved', detail, numbers);
    }
  }
}
