/** Lets through so many a second, evenly: what was not used for a moment is not made up for. */
export class TokenBucket {
  private tokens = 0;
  private filledAtMs: number;
  /** What may come at once: a fifth of a second's. */
  private readonly most: number;

  /** @param nowMs of a clock that never goes back */
  constructor(
    private readonly ratePerSecond: number,
    nowMs: number,
  ) {
    this.filledAtMs = nowMs;
    this.most = Math.max(1, ratePerSecond / 5);
  }

  /** How many may go now. */
  available(nowMs: number): number {
    const gained = ((nowMs - this.filledAtMs) * this.ratePerSecond) / 1_000;
    this.tokens = Math.min(this.most, this.tokens + gained);
    this.filledAtMs = nowMs;
    return Math.floor(this.tokens);
  }

  take(count: number): void {
    this.tokens -= count;
  }

  /** Until it is worth while to ask again: for a tenth of a second's, or for one. */
  waitMs(): number {
    const wanted = Math.max(1, this.ratePerSecond / 10);
    return Math.max(1, Math.ceil(((wanted - this.tokens) * 1_000) / this.ratePerSecond));
  }
}
