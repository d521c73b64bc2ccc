/** Looked up once: Jest's worlds make each look at a global dear. */
const { imul, round } = Math;

/** All that happened in a world, as a hash; and, where somebody wants to read it, as lines. */
export class Trace {
  /** The lines, when they are kept. */
  readonly lines: string[] = [];
  private low = 0x811c9dc5;
  private high = 0xcbf29ce4;

  constructor(private readonly keep: boolean) {}

  /** Virtual milliseconds, who, and what. */
  add(atMs: number, who: string, what: string): void {
    if (this.keep) this.lines.push(`${atMs.toFixed(3)} ${who} ${what}`);
    this.mix(round(atMs * 1_000));
    this.mixText(who);
    this.mixText(what);
    this.low ^= this.high >>> 13;
    this.high ^= this.low >>> 7;
  }

  private mix(word: number): void {
    this.low = imul(this.low ^ word, 0x01000193);
    this.high = imul(this.high ^ word, 0x85ebca6b);
  }

  private mixText(text: string): void {
    this.mix(text.length);
    for (let index = 0; index < text.length; index += 1) this.mix(text.charCodeAt(index));
  }

  /** 64 bits in hexadecimal. */
  get hash(): string {
    return hex(this.high) + hex(this.low);
  }
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
