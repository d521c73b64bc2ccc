import type { Random } from './random.js';

/** How long machines take, in virtual milliseconds. */
export class Delays {
  constructor(
    private readonly random: Random,
    /** The longest of the rare slow ones; 0: all take the same. */
    public slowestMs: number,
    private readonly brokerMs: number,
  ) {}

  /** A round trip to the database, or a commit there. */
  database(): number {
    return this.draw(0.3, 2);
  }

  /** The way back of an answer. */
  answer(): number {
    return this.draw(0.1, 0.6);
  }

  /** A request to the broker. */
  broker(): number {
    return this.draw(1, this.brokerMs);
  }

  /** A call to a provider, a carrier, a mail server. */
  outside(): number {
    return this.draw(20, 200);
  }

  private draw(leastMs: number, mostMs: number): number {
    if (this.slowestMs === 0) return leastMs;
    if (this.random.chance(0.03)) return this.random.between(mostMs, this.slowestMs);
    return this.random.between(leastMs, mostMs);
  }
}
