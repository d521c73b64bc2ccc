/** Looked up once: Jest's worlds make each look at a global dear. */
const { imul } = Math;

/** All that happened in a world, as a hash; and, where somebody wants to read it, as lines. */
export class Trace {
  /** The lines, when they are kept. */
  readonly lines: string[] = [];
  private low = 0x811c9dc5;
  private high = 0xcbf29ce4;

  constructor(private readonly keep: boolean) {}

  /** Virtual milliseconds, who, and what. */
  add(atMs: number, who: string, what: string): void {
    const line = `${atMs.toFixed(3)} ${who} ${what}`;
    if (this.keep) this.lines.push(line);
    let { low, high } = this;
    for (let index = 0; index < line.length; index += 1) {
      const unit = line.charCodeAt(index);
      low = imul(low ^ unit, 0x01000193);
      high = imul(high ^ unit, 0x85ebca6b);
    }
    this.low = low ^ (high >>> 13);
    this.high = high ^ (low >>> 7);
  }

  /** 64 bits in hexadecimal. */
  get hash(): string {
    return hex(this.high) + hex(this.low);
  }
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
