/** Numbers in one growing array: millions of them, at four bytes each. */
export class Numbers {
  private numbers = new Int32Array(1 << 12);
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(number: number): void {
    if (this.count === this.numbers.length) {
      const longer = new Int32Array(this.numbers.length * 2);
      longer.set(this.numbers);
      this.numbers = longer;
    }
    this.numbers[this.count] = number;
    this.count += 1;
  }

  at(index: number): number {
    return this.numbers[index] as number;
  }
}

/** The first node that no edges lead from to any of the ends, of `size` nodes. */
export const withoutWayTo = (
  ends: readonly number[],
  size: number,
  from: Numbers,
  to: Numbers,
): number | undefined => {
  const { last, before } = backwards(size, to);
  const reached = new Uint8Array(size);
  const open = [...ends];
  for (const end of ends) reached[end] = 1;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (let edge = last[node]; edge !== undefined && edge !== NONE; edge = before[edge]) {
      const source = from.at(edge);
      if (reached[source]) continue;
      reached[source] = 1;
      open.push(source);
    }
  }
  const lost = reached.indexOf(0);
  return lost === -1 ? undefined : lost;
};

const NONE = -1;

/** By node the last edge that leads to it, and by edge the one before it to the same node. */
const backwards = (size: number, to: Numbers) => {
  const last = new Int32Array(size).fill(NONE);
  const before = new Int32Array(to.length);
  for (let edge = 0; edge < to.length; edge += 1) {
    const node = to.at(edge);
    before[edge] = last[node] as number;
    last[node] = edge;
  }
  return { last, before };
};
