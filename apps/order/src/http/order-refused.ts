import { ProblemException, type FieldError } from '#platform';
import type { OrderProblem } from '../domain/check-order.js';

interface RefusedField extends FieldError {
  /** For machines. */
  readonly code: OrderProblem['code'];
}

/** What is wrong, in which field, and what to do about it. */
export function refusedField(problem: OrderProblem): RefusedField {
  const { code } = problem;
  switch (code) {
    case 'unknown-customer':
      return { code, field: 'customerId', message: 'is not known; register the customer first' };
    case 'customer-blocked':
      return {
        code,
        field: 'customerId',
        message: 'is blocked, and may not order until unblocked',
      };
    case 'unknown-merchant':
      return { code, field: 'merchantId', message: 'is not known; register the merchant first' };
    case 'merchant-suspended':
      return {
        code,
        field: 'merchantId',
        message: 'is suspended, and takes no orders until activated',
      };
    case 'unknown-product':
      return {
        code,
        field: `items.${problem.line}.productId`,
        message: 'is not in the catalog; correct it, or leave the line out',
      };
    case 'product-withdrawn':
      return {
        code,
        field: `items.${problem.line}.productId`,
        message: 'is not sold any more; leave the line out',
      };
    case 'currency-differs':
      return {
        code,
        field: `items.${problem.line}.productId`,
        message: `is sold in ${problem.currency}; order it in that currency`,
      };
    case 'price-changed':
      return {
        code,
        field: `items.${problem.line}.unitPrice`,
        message: `is ${problem.unitPrice} now; show it to the customer, and order at that price`,
      };
  }
}

/**
 * One answer for all that is wrong. Its status says what is to be done first: who is blocked needs
 * nothing else mended (403), what cannot be sold has no price to agree on (422), and a price that
 * has changed needs a new yes (409).
 */
export function orderRefused(problems: readonly OrderProblem[]): ProblemException {
  const errors = problems.map(refusedField);
  const [first] = errors.toSorted((a, b) => rankOf(a) - rankOf(b));
  if (!first) throw new Error('an order without a problem is not refused');
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const detail = `${first.field}: ${first.message}${more}`;
  const prices = pricesOf(problems);
  return new ProblemException(STATUSES[first.code], 'The order cannot be accepted', detail, {
    code: first.code,
    errors,
    ...(prices.length > 0 && { prices }),
  });
}

const STATUSES: Readonly<Record<OrderProblem['code'], 403 | 409 | 422>> = {
  'customer-blocked': 403,
  'merchant-suspended': 403,
  'unknown-customer': 422,
  'unknown-merchant': 422,
  'unknown-product': 422,
  'product-withdrawn': 422,
  'currency-differs': 422,
  'price-changed': 409,
};

/** The order of the statuses, which is also the order of the codes above. */
const RANKS = [403, 422, 409];
const rankOf = ({ code }: RefusedField): number => RANKS.indexOf(STATUSES[code]);

/** What the products with a changed price cost now, each once. */
function pricesOf(
  problems: readonly OrderProblem[],
): { readonly productId: string; readonly unitPrice: number }[] {
  const prices = new Map<string, number>();
  for (const problem of problems) {
    if (problem.code === 'price-changed') prices.set(problem.productId, problem.unitPrice);
  }
  return [...prices].map(([productId, unitPrice]) => ({ productId, unitPrice }));
}
