/** When a circuit breaker opens and closes, as its metric says. */
import { setTimeout as pause } from 'node:timers/promises';

const STATES = ['closed', 'half open', 'open'] as const;
export type BreakerState = (typeof STATES)[number];

export interface BreakerChange {
  readonly state: BreakerState;
  readonly afterS: number;
}

const LOOK_EVERY_MS = 100;

/** As the metric `outbound_breaker_state` of the payment provider has it; closed when never set. */
export function breakerStateOf(metrics: string): BreakerState {
  const [, value] = /^outbound_breaker_state\{[^}]*\} (\d)/m.exec(metrics) ?? [];
  return STATES[Number(value ?? 0)] ?? 'closed';
}

export class BreakerWatch {
  private readonly changes: BreakerChange[] = [];
  private state: BreakerState = 'closed';
  private isOver = false;
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly url: string) {}

  /** @param sinceMs of `performance.now()`: from when on it is counted */
  start(sinceMs: number): void {
    this.loop = this.run(sinceMs);
  }

  async stop(): Promise<readonly BreakerChange[]> {
    this.isOver = true;
    await this.loop;
    return this.changes;
  }

  private async run(sinceMs: number): Promise<void> {
    while (!this.isOver) {
      const state = await this.look();
      if (state !== this.state) {
        this.state = state;
        this.changes.push({ state, afterS: (performance.now() - sinceMs) / 1000 });
      }
      await pause(LOOK_EVERY_MS);
    }
  }

  /** A service that is too busy to answer has not changed its mind. */
  private async look(): Promise<BreakerState> {
    try {
      return breakerStateOf(await (await fetch(this.url)).text());
    } catch {
      return this.state;
    }
  }
}
