/** From the parameters of `GET /orders` to the question that the database is asked. */
import { orderStatus } from '#contracts';
import { fieldProblem, type FieldError } from '#platform';
import type { OrderQuery } from '../persistence/search-orders.js';
import { orderIdOf } from './order-views.js';
import type { ListOrdersQuery } from './orders.dto.js';

export const DEFAULT_PAGE = 20;
const LONGEST_DAYS = 31;
const DAY_MS = 86_400_000;

/**
 * @param now the end of a range that has none
 * @throws ProblemException 400 that names what is wrong
 */
export function orderQueryOf(query: ListOrdersQuery, now: Date): OrderQuery {
  const errors: FieldError[] = [];
  const refuse = (field: string, message: string): undefined => {
    errors.push({ field, message });
    return undefined;
  };
  const time = (field: 'createdFrom' | 'createdTo'): Date | undefined => {
    const text = query[field];
    if (text === undefined) return undefined;
    return timeOf(text) ?? refuse(field, 'must be a day and time that there is');
  };
  const [createdFrom, createdTo] = [time('createdFrom'), time('createdTo')];
  const { cursor, status, email, totalFrom, totalTo, limit = DEFAULT_PAGE } = query;
  if (createdFrom && createdTo && createdTo <= createdFrom) {
    refuse('createdTo', 'must be later than createdFrom');
  }
  if (totalFrom !== undefined && totalTo !== undefined && totalTo < totalFrom) {
    refuse('totalTo', 'must not be less than totalFrom');
  }
  const before = cursor === undefined ? undefined : orderIdOf(cursor);
  if (cursor !== undefined && before === undefined) {
    refuse('cursor', 'must be the nextCursor of a page before');
  }
  if (!isBounded(query, createdFrom, createdTo ?? now)) {
    for (const field of lookedAt(query)) refuse(field, NEEDS_BOUNDS);
  }
  if (errors.length > 0) throw fieldProblem(400, errors);
  const { customerId, merchantId, productId, trackingNumber } = query;
  return {
    ...(status !== undefined && { statuses: statusesOf(status) }),
    ...(customerId !== undefined && { customerId }),
    ...(merchantId !== undefined && { merchantId }),
    ...(productId !== undefined && { productId }),
    ...(trackingNumber !== undefined && { trackingNumber }),
    ...(email !== undefined && { email: email.toLowerCase() }),
    ...(createdFrom && { createdFrom }),
    ...(createdTo && { createdTo }),
    ...(totalFrom !== undefined && { totalFrom }),
    ...(totalTo !== undefined && { totalTo }),
    ...(before !== undefined && { before }),
    limit,
  };
}

const NEEDS_BOUNDS =
  'needs customerId, email or trackingNumber beside it, or createdFrom and createdTo ' +
  `(default: now) at most ${LONGEST_DAYS} days apart`;

/**
 * These have no index: of products, one would make each order a quarter dearer to accept. Without
 * something that has one, and leaves little over, all orders there are would be gone through.
 */
const lookedAt = (query: ListOrdersQuery): string[] =>
  (['productId', 'totalFrom', 'totalTo'] as const).filter((name) => query[name] !== undefined);

const isBounded = (query: ListOrdersQuery, from: Date | undefined, to: Date): boolean =>
  query.customerId !== undefined ||
  query.email !== undefined ||
  query.trackingNumber !== undefined ||
  (from !== undefined && to.getTime() - from.getTime() <= LONGEST_DAYS * DAY_MS);

const statusesOf = (list: string) => {
  const wanted = new Set(list.split(','));
  return orderStatus.options.filter((status) => wanted.has(status));
};

/** RFC 3339. @returns undefined for a day or an hour that there is not, or of no year with orders */
function timeOf(text: string): Date | undefined {
  const time = new Date(text);
  const day = text.slice(0, 10);
  const isDay = new Date(`${day}T00:00:00Z`).getTime();
  if (Number.isNaN(time.getTime()) || Number.isNaN(isDay)) return undefined;
  if (time.getUTCFullYear() < 1970 || time.getUTCFullYear() > 9999) return undefined;
  return new Date(isDay).toISOString().startsWith(day) ? time : undefined;
}
