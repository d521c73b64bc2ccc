import { NotNowError } from '#participant';
import { runtime } from '#platform';

export interface TurnLimits {
  /** Most deliveries to one slow merchant at a time. */
  readonly share: number;
  /** Most deliveries to all slow merchants together. */
  readonly together: number;
  /** An answer that takes so long, or none, makes a merchant slow; the next one that is quicker ends it. */
  readonly slowMs: number;
  /** Between two deliveries that are put off: about as many come back as there are turns for. */
  readonly spacingMs: number;
}

/**
 * So that what was put off is not late for long after the merchant is well again, and that what waits
 * for one who is dead is not written anew all the time.
 */
const PAUSE_MAX_MS = 10 * 60_000;

/**
 * Keeps a merchant whose server takes connections and does not answer from holding all there are,
 * while everybody else waits. Only who was seen to be slow is held back: a burst of an endpoint that
 * answers costs nobody anything, and putting off is a write to the database.
 */
export class MerchantTurns {
  private readonly running = new Map<string, number>();
  /** Of the merchants that are slow: until when the turns are given out, on the monotonic clock. */
  private readonly slow = new Map<string, number>();

  constructor(
    private readonly limits: TurnLimits,
    private readonly nowMs = runtime.monotonicMs,
  ) {}

  /** @throws NotNowError when the merchant has as many turns as he gets */
  async take<Result>(merchantId: string, work: () => Promise<Result>): Promise<Result> {
    const running = this.running.get(merchantId) ?? 0;
    const takenUntilMs = this.slow.get(merchantId);
    const { share, together } = this.limits;
    if (takenUntilMs !== undefined && (running >= share || this.slowRunning() >= together)) {
      throw new NotNowError('the endpoint is slow', this.putOff(merchantId, takenUntilMs));
    }
    this.running.set(merchantId, running + 1);
    const startedMs = this.nowMs();
    try {
      return await work();
    } finally {
      this.end(merchantId, this.nowMs() - startedMs);
    }
  }

  private slowRunning(): number {
    let count = 0;
    for (const merchantId of this.slow.keys()) count += this.running.get(merchantId) ?? 0;
    return count;
  }

  private putOff(merchantId: string, takenUntilMs: number): number {
    const nowMs = this.nowMs();
    const waitMs = Math.max(0, takenUntilMs - nowMs) + this.limits.spacingMs;
    const pauseMs = Math.min(waitMs, PAUSE_MAX_MS);
    this.slow.set(merchantId, nowMs + pauseMs);
    return pauseMs;
  }

  private end(merchantId: string, tookMs: number): void {
    const left = (this.running.get(merchantId) ?? 1) - 1;
    if (left > 0) this.running.set(merchantId, left);
    else this.running.delete(merchantId);
    if (tookMs < this.limits.slowMs) this.slow.delete(merchantId);
    else if (!this.slow.has(merchantId)) this.slow.set(merchantId, this.nowMs());
  }
}
