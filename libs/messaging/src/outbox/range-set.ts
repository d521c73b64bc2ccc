/** Numbers from `from` to `to`, both included. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/**
 * A set of numbers kept as few ranges: an hour's worth of unpublished rows is one pair of numbers.
 * Numbers mostly come in near the end, so finding the place from there is fast.
 */
export class RangeSet {
  readonly #ranges: { from: number; to: number }[] = [];

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  get first(): SeqRange | undefined {
    return this.#ranges[0];
  }

  /** How many numbers there are. */
  get count(): number {
    return this.#ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  }

  get ranges(): readonly SeqRange[] {
    return this.#ranges;
  }

  /** Adds numbers that are not in the set yet. */
  add({ from, to }: SeqRange): void {
    let at = this.#ranges.length;
    while (at > 0 && (this.#ranges[at - 1]?.from ?? 0) > from) at -= 1;
    const before = this.#ranges[at - 1];
    const after = this.#ranges[at];
    if (before !== undefined && before.to + 1 === from) {
      before.to = to;
      if (after !== undefined && after.from === to + 1) {
        before.to = after.to;
        this.#ranges.splice(at, 1);
      }
    } else if (after !== undefined && after.from === to + 1) {
      after.from = from;
    } else {
      this.#ranges.splice(at, 0, { from, to });
    }
  }

  /** Takes numbers away that lie in one range, which may be split by that; others change nothing. */
  take({ from, to }: SeqRange): void {
    const at = this.#ranges.findIndex((range) => range.from <= from && to <= range.to);
    const range = this.#ranges[at];
    if (range === undefined) return;
    const left = [
      { from: range.from, to: from - 1 },
      { from: to + 1, to: range.to },
    ].filter((rest) => rest.from <= rest.to);
    this.#ranges.splice(at, 1, ...left);
  }
}
