import type { Database, MessagingLog } from '#messaging';
import { Poll } from '#participant';
import { runtime } from '#platform';
import { dropAwaited, dropWaiting } from '../persistence/contact-rows.js';

export interface WaitingSweeperParts {
  readonly database: Pick<Database, 'query'>;
  readonly log: MessagingLog;
  /** Pause between two looks. Default: an hour. */
  readonly everyMs?: number;
  readonly clock?: () => Date;
}

/** As long as topics keep their events: an order that has not come by then never will. */
const KEEP_MS = 7 * 24 * 60 * 60 * 1000;
const EVERY_MS = 60 * 60 * 1000;
const BATCH = 1_000;

/** Drops events that waited in vain for the order they are about. All replicas look. */
export class WaitingSweeper {
  private readonly poll: Poll;

  constructor(private readonly parts: WaitingSweeperParts) {
    const { log, everyMs = EVERY_MS } = parts;
    this.poll = new Poll({ name: 'waiting events', everyMs, log, run: () => this.sweep() });
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
    const now = this.parts.clock?.() ?? runtime.date();
    const before = new Date(now.getTime() - KEEP_MS);
    const dropped = await dropWaiting(database, before, BATCH);
    // An older service brought orders without a contact; nobody can be told of those.
    if (dropped > 0)
      log.warn({ dropped }, 'events waited in vain for their order, and are dropped');
    const orders = await dropAwaited(database, before, BATCH);
    return dropped === BATCH || orders === BATCH;
  }
}
