/** Lists are paged in the order in which their items came to be; a cursor is a position in it. */
import { z } from 'zod';

export const pageQuery = z.object({
  cursor: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

/** An array, or what makes its items only when they are asked for. */
export interface List<Item> {
  readonly length: number;
  slice(start: number, end: number): readonly Item[];
}

/** The same list, as it grows, with its items shown differently. */
export const shownAs = <Item, Shown>(
  items: readonly Item[],
  show: (item: Item) => Shown,
): List<Shown> => ({
  get length() {
    return items.length;
  },
  slice: (start, end) => items.slice(start, end).map(show),
});

export const pageOf = <Item>(
  all: List<Item>,
  { cursor, limit }: z.infer<typeof pageQuery>,
): Page<Item> => {
  const end = cursor + limit;
  const items = all.slice(cursor, end);
  return end < all.length ? { items, nextCursor: String(end) } : { items };
};
