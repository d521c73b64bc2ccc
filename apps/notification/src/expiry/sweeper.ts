import type { Database, MessagingLog } from '#messaging';
import { Poll } from '#participant';
import { runtime } from '#platform';
import { dropAwaited, dropWaiting } from '../persistence/contact-rows.js';
import { dropSettled } from '../persistence/webhook-rows.js';

export interface SweeperParts {
  readonly database: Pick<Database, 'query'>;
  readonly log: MessagingLog;
  /** Pause between two looks. Default: an hour. */
  readonly everyMs?: number;
  readonly clock?: () => Date;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** As long as topics keep their events: an order that has not come by then never will. */
const KEEP_WAITING_MS = 7 * DAY_MS;
/** Much longer than an event can come again, for those who ask what was delivered. */
const KEEP_SETTLED_MS = 30 * DAY_MS;
const EVERY_MS = 60 * 60 * 1000;
const BATCH = 1_000;

/** Drops events that waited in vain for the order they are about, and old deliveries. All replicas look. */
export class Sweeper {
  private readonly poll: Poll;

  constructor(private readonly parts: SweeperParts) {
    const { log, everyMs = EVERY_MS } = parts;
    this.poll = new Poll({ name: 'sweeper', everyMs, log, run: () => this.sweep() });
  }

  onApplicationBootstrap(): void {
    this.poll.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.poll.stop();
  }

  /** @returns whether there may be more */
  async sweep(): Promise<boolean> {
    const { database, log } = this.parts;
    const now = (this.parts.clock?.() ?? runtime.date()).getTime();
    const before = (keepMs: number) => new Date(now - keepMs);
    const events = await dropWaiting(database, before(KEEP_WAITING_MS), BATCH);
    // An older service brought orders without a contact; nobody can be told of those.
    if (events > 0) {
      log.warn({ dropped: events }, 'events waited in vain for their order, and are dropped');
    }
    const orders = await dropAwaited(database, before(KEEP_WAITING_MS), BATCH);
    const deliveries = await dropSettled(database, before(KEEP_SETTLED_MS), BATCH);
    return [events, orders, deliveries].includes(BATCH);
  }
}
