/**
 * Parts of worlds, each kept once: a part is a number, equal parts are the same number. So worlds
 * are compared exactly and quickly, and what was worked out of a part once is looked up from then on.
 */

/** Values by number. Two are the same when they say the same, in whatever order. */
export class Interned<T> {
  private readonly values: T[] = [];
  private readonly numbers = new Map<string, number>();

  of(value: T): number {
    const text = JSON.stringify(value, inOrder);
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.values.length);
    return this.values.push(value) - 1;
  }

  at(number: number): T {
    return must(this.values[number]);
  }
}

/** `Infinity` and what is not a plain value would be the same text as something else. */
const inOrder = (_key: string, value: unknown): unknown => {
  if (value === Infinity) return 'Infinity';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)),
  );
};

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
    return must(this.lists[list]);
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

const must = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('no such part');
  return value;
};
