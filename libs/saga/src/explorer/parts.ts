/**
 * Parts of worlds, each kept once: a part is a number, equal parts are the same number. So worlds
 * are compared exactly and quickly, and what was worked out of a part once is looked up from then on.
 */

/**
 * Values by number. Two are the same when they say the same, in whatever order. What is inside of them
 * is kept once as well, whatever it is inside of: hash consing (Ershov, 1958). So a part is told from
 * others by a short text, and costs no more memory than what is new in it.
 */
export class Interned<T extends object> {
  private readonly values: T[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(private readonly inner: Inner) {}

  get size(): number {
    return this.values.length;
  }

  of(value: T): number {
    const text = this.inner.textOf(value);
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.values.length);
    return this.values.push(this.inner.rebuilt(value)) - 1;
  }

  at(number: number): T {
    return must(this.values[number], 'part');
  }
}

/** The objects inside of parts, each once. */
export class Inner {
  private readonly numbers = new Map<string, number>();
  private readonly values: object[] = [];
  private readonly byValue = new Map<object, number>();
  /** Keys in order, by the keys as they were; none has a NUL in it. */
  private readonly orders = new Map<string, readonly string[]>();

  /** What the value says: equal values have equal texts, and no others have. */
  textOf(value: object): string {
    let text = '';
    if (Array.isArray(value)) {
      for (const item of value) text += `${this.wordOf(item)},`;
      return `[${text}`;
    }
    const record = value as Readonly<Record<string, unknown>>;
    for (const key of this.inOrder(Object.keys(record))) {
      const item = record[key];
      if (item !== undefined) text += `${key.length}:${key}${this.wordOf(item)},`;
    }
    return text;
  }

  /** Few objects have keys that no other one has, and sorting is what costs most of a text. */
  private inOrder(keys: readonly string[]): readonly string[] {
    const known = this.orders.get(keys.join('\0'));
    if (known) return known;
    const sorted = keys.toSorted();
    this.orders.set(keys.join('\0'), sorted);
    return sorted;
  }

  /** The same value, with what is inside of it shared. */
  rebuilt<T extends object>(value: T): T {
    const shared = (item: unknown): unknown =>
      typeof item === 'object' && item !== null ? this.values[this.numberOf(item)] : item;
    if (Array.isArray(value)) return value.map(shared) as T;
    const entries = Object.entries(value).map(([key, item]) => [key, shared(item)]);
    return Object.fromEntries(entries) as T;
  }

  /** Texts say how long they are and objects are numbered, so that neither is anything else. */
  private wordOf(value: unknown): string {
    if (typeof value === 'string') return `'${value.length}:${value}`;
    if (typeof value === 'object' && value !== null) return `#${this.numberOf(value)}`;
    return String(value);
  }

  private numberOf(value: object): number {
    const seen = this.byValue.get(value);
    if (seen !== undefined) return seen;
    const text = this.textOf(value);
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    const kept = this.rebuilt(value);
    const number = this.values.push(kept) - 1;
    this.numbers.set(text, number);
    this.byValue.set(kept, number);
    return number;
  }
}

/** Lists of numbers, by number. */
export class Lists {
  /** The number of the list with nothing in it. */
  static readonly EMPTY = 0;
  private readonly lists: (readonly number[])[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly longer = new Memo<number>();
  private readonly shorter = new Memo<number>();
  private readonly changed = new Memo<Map<number, number>>();

  constructor() {
    this.of([]);
  }

  of(list: readonly number[]): number {
    const text = list.join();
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.lists.length);
    return this.lists.push(list) - 1;
  }

  at(list: number): readonly number[] {
    return must(this.lists[list], 'list');
  }

  push(list: number, item: number): number {
    return this.longer.of(list, item, () => this.of([...this.at(list), item]));
  }

  without(list: number, index: number): number {
    return this.shorter.of(list, index, () => this.of(this.at(list).toSpliced(index, 1)));
  }

  with(list: number, index: number, item: number): number {
    const ofIndex = this.changed.of(list, index, () => new Map<number, number>());
    const known = ofIndex.get(item);
    if (known !== undefined) return known;
    const number = this.of(this.at(list).with(index, item));
    ofIndex.set(item, number);
    return number;
  }
}

/** What a pure function made of a part and another number, worked out once. */
export class Memo<T extends object | number> {
  private readonly byPart: (Map<number, T> | undefined)[] = [];

  of(part: number, other: number, compute: () => T): T {
    const byOther = (this.byPart[part] ??= new Map<number, T>());
    const known = byOther.get(other);
    if (known !== undefined) return known;
    const value = compute();
    byOther.set(other, value);
    return value;
  }
}

/** @param what it is, for whoever asks for what there is not */
export const must = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
};
