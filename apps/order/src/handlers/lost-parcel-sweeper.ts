import type { MessagingLog, Outbox } from '#messaging';
import { Poll } from '#participant';
import { runtime } from '#platform';
import { lostParcelStartOf } from '../domain/messages.js';
import { lockUnpaidLost, stalledRefunds } from '../persistence/lost-orders.js';
import { postgresReturnRows } from '../persistence/return-rows.js';
import { refundLostParcels } from './lost-parcels.js';

const BATCH = 100;
const MINUTE_MS = 60_000;
/** A refund takes seconds; asking for it again is the same message again. */
const STALLED_AFTER_MS = 60 * MINUTE_MS;

/**
 * Looks after what the facts of lost parcels have not led to: losses that were told before they were
 * paid back, and refunds whose saga nobody has begun, as when the orchestrator was still one that does
 * not know it. All replicas look; each order and each refund is taken by one of them.
 */
export class LostParcelSweeper {
  private readonly poll: Poll;

  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    log: MessagingLog,
    everyMs = 10 * MINUTE_MS,
    private readonly clock: () => Date = runtime.date,
  ) {
    this.poll = new Poll({ name: 'lost parcels', everyMs, log, run: () => this.sweep() });
  }

  onApplicationBootstrap(): void {
    this.poll.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.poll.stop();
  }

  /** @returns whether there may be more */
  sweep(): Promise<boolean> {
    const now = this.clock();
    return this.outbox.transaction(async (unit) => {
      // Returns are locked before their orders, here as everywhere.
      const stalled = await stalledRefunds(unit.tx, now, STALLED_AFTER_MS, BATCH);
      const unpaid = await lockUnpaidLost(unit.tx, BATCH);
      const refunds = await refundLostParcels(unit.tx, postgresReturnRows, unpaid, now);
      unit.publish(...stalled.map((input) => lostParcelStartOf(input, now)), ...refunds.values());
      return stalled.length === BATCH || refunds.size === BATCH;
    });
  }
}
