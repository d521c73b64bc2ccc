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

/**
 * The first node, of `size`, from which edges can be followed for ever without coming to one of the
 * ends. Nodes whose edges all lead to an end are ends as well, and so on (Kahn, 1962): what is left then
 * goes round.
 */
export const firstEndless = (
  ends: readonly number[],
  size: number,
  from: Numbers,
  to: Numbers,
): number | undefined => {
  const { last, before } = backwards(size, to);
  /** By node, how many of its edges do not lead to an end. */
  const open = new Int32Array(size);
  const count = (node: number, more: 1 | -1): number =>
    (open[node] = (open[node] as number) + more);
  for (let edge = 0; edge < from.length; edge += 1) count(from.at(edge), 1);
  const isEnd = new Uint8Array(size);
  const ended = [...ends];
  for (const end of ends) isEnd[end] = 1;
  for (let node = ended.pop(); node !== undefined; node = ended.pop()) {
    for (let edge = last[node]; edge !== undefined && edge !== NONE; edge = before[edge]) {
      const source = from.at(edge);
      if (count(source, -1) > 0 || isEnd[source]) continue;
      isEnd[source] = 1;
      ended.push(source);
    }
  }
  const endless = isEnd.indexOf(0);
  return endless === -1 ? undefined : endless;
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
