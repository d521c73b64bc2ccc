/** Tells when sagas are over, by asking the orchestrator's database for those that are awaited. */
import type { Pool } from 'pg';

export type Ending = 'completed' | 'compensated';

interface Row {
  readonly business_key: string;
  readonly state: Ending;
}

const OVER = `
  select business_key, state from saga_instance
   where business_key = any($1) and definition = $2 and state in ('completed', 'compensated')`;

/** Pauses between two looks, which cost by the number of the awaited: few of them are in a hurry. */
const PAUSE_MS_EACH = 0.25;
const MOST_PAUSE_MS = 200;
const LEAST_PAUSE_MS = 2;

export class Endings {
  private readonly awaited = new Map<string, (ending: Ending) => void>();
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;
  private isClosed = false;

  constructor(
    private readonly pool: Pool,
    private readonly definition: string,
    /** Told when it cannot look; it goes on looking. */
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Resolves when the saga of this order is over. */
  of(orderId: string): Promise<Ending> {
    return new Promise((resolve) => {
      this.awaited.set(orderId, resolve);
      this.schedule();
    });
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.timer !== undefined || this.isLooking || this.isClosed) return;
    const pauseMs = Math.max(
      LEAST_PAUSE_MS,
      Math.min(MOST_PAUSE_MS, this.awaited.size * PAUSE_MS_EACH),
    );
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.isLooking = true;
      this.look()
        .catch(this.onError)
        .finally(() => {
          this.isLooking = false;
          if (this.awaited.size > 0) this.schedule();
        });
    }, pauseMs);
  }

  private async look(): Promise<void> {
    const { rows } = await this.pool.query<Row>(OVER, [[...this.awaited.keys()], this.definition]);
    for (const { business_key: orderId, state } of rows) {
      this.awaited.get(orderId)?.(state);
      this.awaited.delete(orderId);
    }
  }
}
