import { backoffMs, type Clock } from '../clock.js';

const PAUSE_FIRST_MS = 100;
const PAUSE_MAX_MS = 5_000;
/** Conflicts and short outages pass sooner; what lasts longer needs a person. */
const STUCK_AFTER_MS = 30_000;

interface Setback {
  readonly count: number;
  readonly sinceMs: number;
}

/** Partitions that had to be given back, again and again, since when. */
export class Setbacks {
  readonly #byPartition = new Map<string, Setback>();

  constructor(private readonly clock: Clock) {}

  /** @returns how long to leave the partition alone, in ms */
  another(partition: string): number {
    const { count, sinceMs } = this.#byPartition.get(partition) ?? {
      count: 0,
      sinceMs: this.clock.now(),
    };
    this.#byPartition.set(partition, { count: count + 1, sinceMs });
    return backoffMs(count + 1, PAUSE_FIRST_MS, PAUSE_MAX_MS);
  }

  over(partition: string): void {
    this.#byPartition.delete(partition);
  }

  /** Partitions may be somebody else's from now on. */
  forget(): void {
    this.#byPartition.clear();
  }

  /** The partition that has stood still longest, when that is too long. */
  get stuck(): Error | undefined {
    let worst: [string, Setback] | undefined;
    for (const entry of this.#byPartition) {
      if (!worst || entry[1].sinceMs < worst[1].sinceMs) worst = entry;
    }
    if (!worst) return undefined;
    const [partition, { sinceMs, count }] = worst;
    const stillMs = this.clock.now() - sinceMs;
    if (stillMs < STUCK_AFTER_MS) return undefined;
    const seconds = Math.round(stillMs / 1000);
    return new Error(`${partition} has stood still for ${seconds} s, after ${count} attempts`);
  }
}
