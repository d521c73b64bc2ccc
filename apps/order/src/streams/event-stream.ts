import { OpenStream, type StreamResponse } from '#platform';
import { isFinal, type OrderEvent } from '../domain/order-event.js';

/** One reader of one order's history. Of one that is behind the rest stays in the table. */
export class EventStream extends OpenStream {
  /**
   * @param known the number up to which the reader knows the history
   * @param frame one entry as it is written
   */
  constructor(
    readonly orderId: string,
    public known: number,
    response: StreamResponse,
    private readonly frame: (event: OrderEvent) => string,
  ) {
    super(response);
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
}
