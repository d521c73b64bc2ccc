import { fieldProblem } from './problem.js';

/** Where the next page begins; opaque to clients, so that the order of the list may change. */
export const cursorOfText = (last: string): string => Buffer.from(last).toString('base64url');

/**
 * The text behind a cursor.
 * @param field what the parameter is called
 * @throws ProblemException 400 for what was never one
 */
export function textOfCursor(cursor: string, field = 'cursor'): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  // oxlint-disable-next-line no-control-regex
  const isOurs = cursorOfText(text) === cursor && !/[\u0000-\u001f\ufffd]/.test(text);
  if (isOurs) return text;
  throw fieldProblem(400, [{ field, message: 'must be the nextCursor of a page before' }]);
}

export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor?: string;
}

/**
 * One page of a list that is sorted by a text.
 * @param found one more than `limit` where there is another page
 */
export function pageOf<Item>(
  found: readonly Item[],
  limit: number,
  sortedBy: (item: Item) => string,
): Page<Item> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { items, ...(hasMore && { nextCursor: cursorOfText(sortedBy(last)) }) };
}
