/**
 * Tells when sagas are over. The orchestrators say so as soon as it is committed; what they said
 * while nobody was connected is found by looking into their database now and then.
 */
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import type { Pool } from 'pg';
import { ENDINGS_PATH, type EndingsLine } from './endings-stream.js';

export type Ending = 'completed' | 'compensated';

interface Row {
  readonly business_key: string;
  readonly state: Ending;
}

const OVER = `
  select business_key, state from saga_instance
   where business_key = any($1) and definition = $2 and state in ('completed', 'compensated')`;

/** Between two looks, which are only for what was missed. */
const PAUSE_MS = 1_000;

export class Endings {
  private readonly awaited = new Map<string, (ending: Ending) => void>();
  private readonly streams: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;
  private isClosed = false;

  constructor(
    private readonly pool: Pool,
    private readonly definition: string,
    /** Told when it cannot look or listen; it goes on looking. */
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Resolves when the saga of this order is over. */
  of(orderId: string): Promise<Ending> {
    return new Promise((resolve) => {
      this.awaited.set(orderId, resolve);
      this.schedule();
    });
  }

  /** Listens to one more orchestrator, given its address. Resolves once it does. */
  listenTo(url: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = get(`${url}${ENDINGS_PATH}`, (response) => {
        const lines = createInterface({ input: response });
        lines.on('line', (line) => this.tell(JSON.parse(line) as EndingsLine));
        lines.on('error', (error) => this.complain(error));
        resolve();
      });
      request.once('error', (error) => {
        this.complain(error);
        reject(error);
      });
      this.streams.push(() => request.destroy());
    });
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    for (const stop of this.streams) stop();
  }

  private complain(error: unknown): void {
    if (!this.isClosed) this.onError(error);
  }

  private tell(line: EndingsLine): void {
    for (let index = 0; index < line.length; index += 2) {
      this.end(line[index] as string, line[index + 1] as Ending);
    }
  }

  private end(orderId: string, ending: Ending): void {
    this.awaited.get(orderId)?.(ending);
    this.awaited.delete(orderId);
  }

  private schedule(): void {
    if (this.timer !== undefined || this.isLooking || this.isClosed) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.isLooking = true;
      this.look()
        .catch(this.onError)
        .finally(() => {
          this.isLooking = false;
          if (this.awaited.size > 0) this.schedule();
        });
    }, PAUSE_MS);
  }

  private async look(): Promise<void> {
    if (this.awaited.size === 0) return;
    const { rows } = await this.pool.query<Row>(OVER, [[...this.awaited.keys()], this.definition]);
    for (const row of rows) this.end(row.business_key, row.state);
  }
}
