/**
 * Finds the items that make a batch fail, and gets all others done, each exactly once and in order:
 * a part that fails is tried again as its two halves, a single item that fails is a culprit.
 */
export interface BisectSteps<Item> {
  /** Does all of the part or nothing of it. A rejection means that an item of it is to blame. */
  attempt(part: readonly Item[]): Promise<void>;
  /** The item failed alone. */
  culprit(item: Item, error: unknown): Promise<void>;
}

/** How a step says that the items are not to blame: bisecting ends, what was done stays done. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** @throws Interrupted, or what `culprit` throws */
export async function bisect<Item>(
  items: readonly Item[],
  { attempt, culprit }: BisectSteps<Item>,
): Promise<void> {
  const todo: (readonly Item[])[] = items.length > 0 ? [items] : [];
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    try {
      await attempt(part);
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      if (part.length === 1) {
        await culprit(part[0] as Item, error);
      } else {
        const half = Math.ceil(part.length / 2);
        todo.push(part.slice(half), part.slice(0, half));
      }
    }
  }
}
