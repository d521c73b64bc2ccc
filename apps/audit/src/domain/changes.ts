/** What has changed between two states of the same thing. */

export interface Change {
  /** JSON Pointer (RFC 6901). */
  readonly path: string;
  /** Absent where there was nothing. */
  readonly before?: unknown;
  /** Absent where there is nothing any more. */
  readonly after?: unknown;
}

/** Said of each fact, whatever it changes. */
const OF_EVERY_FACT = new Set(['revision', 'occurredAt']);
const OF_STOCK = ['onHand', 'reserved'];

/** What a fact says of the state of its thing; undefined where it does not hold all of it. */
export function stateIn(name: string, data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return undefined;
  const members = Object.entries(data);
  if (/^(product|customer|merchant)\.(created|updated)$/.test(name)) {
    return Object.fromEntries(members.filter(([member]) => !OF_EVERY_FACT.has(member)));
  }
  if (name.startsWith('inventory.')) {
    return Object.fromEntries(members.filter(([member]) => OF_STOCK.includes(member)));
  }
  return undefined;
}

/** Facts whose changes are told. Those that sagas make of stock say themselves how many they move. */
export const tellsChanges = (name: string): boolean =>
  /^(product|customer|merchant)\.updated$|^inventory\.(adjusted|received)$/.test(name);

/** Lists that differ in length are told whole: which entry has become which, nobody knows. */
export function changesBetween(before: unknown, after: unknown, path = ''): Change[] {
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => {
      const inner = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (!Object.hasOwn(before, name)) return [{ path: inner, after: after[name] }];
      if (!Object.hasOwn(after, name)) return [{ path: inner, before: before[name] }];
      return changesBetween(before[name], after[name], inner);
    });
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((one, index) =>
      changesBetween(one, after[index] as unknown, `${path}/${index}`),
    );
  }
  // Numbers, texts, or lists: what is written the same is the same.
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
