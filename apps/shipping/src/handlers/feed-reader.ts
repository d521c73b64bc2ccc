import type { Database, MessagingLog, Outbox } from '#messaging';
import type { Answers } from '#participant';
import { counter } from '#platform';
import { postgresShipmentRows, type ShipmentRows } from '../persistence/shipment-rows.js';
import { postgresTrackingCursor, type TrackingCursor } from '../persistence/tracking-cursor.js';
import type { Carrier, TrackingPage } from '../provider/carrier.js';
import { ShippingRecorder, type Read } from './shipping.recorder.js';

export interface FeedReaderParts {
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly answers: Pick<Answers, 'answer'>;
  readonly carrier: Pick<Carrier, 'tracking'>;
  readonly log: MessagingLog;
  readonly rows?: ShipmentRows;
  readonly cursor?: TrackingCursor;
}

/** Most events of one transaction, and the most that a carrier has to give at once. */
export const PAGE_EVENTS = 500;

const counted = counter({
  name: 'shipping_tracking_events_total',
  help: 'Events of the feed of the carrier, by what came of them',
  labelNames: ['outcome'],
});

/**
 * Reads what the carrier tells of parcels, page by page. The cursor moves in the transaction of what is
 * applied, and what lies before it is left out: so nothing is applied twice and nothing is missed,
 * wherever a reader is cut off, and also when two read at the same time.
 */
export class FeedReader {
  private readonly recorder: ShippingRecorder;
  private readonly cursor: TrackingCursor;

  constructor(private readonly parts: FeedReaderParts) {
    this.recorder = new ShippingRecorder(parts.answers, parts.rows ?? postgresShipmentRows);
    this.cursor = parts.cursor ?? postgresTrackingCursor;
  }

  /** @returns whether there may be more. @throws OutboundError */
  async readPage(): Promise<boolean> {
    const { database, carrier, outbox } = this.parts;
    const after = await this.cursor.read(database);
    const page = await carrier.tracking(after, PAGE_EVENTS);
    if (page.seq === undefined) return false;
    const seq = page.seq;
    const outcomes = await outbox.transaction(async (unit) => {
      const read = await this.cursor.lock(unit.tx);
      // Somebody else was quicker, or a person has put the cursor back: what is between is not here.
      if (read < after) return undefined;
      const news = inOrder(page, read);
      const applied = await this.recorder.follow(unit, news);
      if (seq > read) await this.cursor.move(unit.tx, seq);
      return news.map((event, index) => ({ event, outcome: applied[index] as Read }));
    });
    if (!outcomes) return true;
    counted.inc({ outcome: 'unreadable' }, page.unreadable);
    if (page.unreadable > 0) this.warn('unreadable', { after, count: page.unreadable });
    for (const { event, outcome } of outcomes) {
      counted.inc({ outcome });
      if (outcome === 'unknown' || outcome === 'contradicting') this.warn(outcome, event);
    }
    return page.events.length + page.unreadable >= PAGE_EVENTS;
  }

  private warn(outcome: string, fields: object): void {
    this.parts.log.warn({ ...fields, outcome }, 'an event of the carrier is left out');
  }
}

/** Of one parcel by time: the carrier may tell of the door before it tells of the van. */
const inOrder = ({ events }: TrackingPage, read: number) =>
  events
    .filter(({ seq }) => seq > read)
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
