import type { ServerResponse } from 'node:http';
import { runtime } from '#platform';
import { isFinal, type OrderEvent } from '../domain/order-event.js';

/** The part of a response that is written to; tests pass their own. */
export type StreamResponse = Pick<
  ServerResponse,
  'write' | 'end' | 'destroy' | 'writableNeedDrain' | 'writableEnded' | 'destroyed'
>;

/** One reader of one order's history, over a response that stays open. */
export class EventStream {
  private writtenMs = runtime.monotonicMs();

  /**
   * @param known the number up to which the reader knows the history
   * @param frame one entry as it is written
   */
  constructor(
    readonly orderId: string,
    public known: number,
    private readonly response: StreamResponse,
    private readonly frame: (event: OrderEvent) => string,
  ) {}

  /** Nothing more is read for one that is behind: what it has not taken stays in the table. */
  get takesMore(): boolean {
    const { writableEnded, destroyed, writableNeedDrain } = this.response;
    return !writableEnded && !destroyed && !writableNeedDrain;
  }

  /**
   * Writes what the reader does not know, and ends after the last entry that there will ever be.
   * @param isWhole whether these are all that there are at the moment
   */
  send(events: readonly OrderEvent[], isWhole: boolean): void {
    const news = events.filter(({ seq }) => seq > this.known);
    const last = news.at(-1);
    if (!last || !this.takesMore) return;
    this.write(news.map(this.frame).join(''));
    this.known = last.seq;
    if (isWhole && isFinal(last.status)) this.response.end();
  }

  /**
   * A comment where nothing was written for so long, so that nobody on the way takes the connection
   * for dead. Who has not even taken what was written before is cut off, and its buffer freed.
   */
  keepAlive(everyMs: number): void {
    if (runtime.monotonicMs() - this.writtenMs < everyMs) return;
    if (this.takesMore) this.write(':\n\n');
    else this.response.destroy();
  }

  /** The reader comes again, and says up to where it knows the history. */
  end(): void {
    if (this.takesMore) this.response.end();
    else this.response.destroy();
  }

  private write(text: string): void {
    this.writtenMs = runtime.monotonicMs();
    this.response.write(text);
  }
}
