import type { MessagingLog, Outbox, UnitOfWork } from '#messaging';
import { Poll, type Answers } from '#participant';
import { runtime } from '#platform';
import { effectOf, factEvent } from '../domain/facts.js';
import { expire } from '../domain/reservation.js';
import { lockProducts, saveShelf } from '../persistence/load-shelf.js';
import { postgresShelfRows, type ShelfRows } from '../persistence/shelf-rows.js';

export interface ExpirySweeperParts {
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly answers: Pick<Answers, 'report'>;
  readonly log: MessagingLog;
  /** Pause between two looks. */
  readonly everyMs: number;
  readonly clock?: () => Date;
  readonly rows?: ShelfRows;
}

const BATCH = 200;
const REASON = {
  code: 'reservation-expired',
  message: 'What was reserved for the order was not secured in time, and was given back.',
};

/**
 * Gives back what was held too long, and tells the sagas. All replicas look; each reservation is
 * taken by one of them.
 */
export class ExpirySweeper {
  private readonly poll: Poll;

  constructor(private readonly parts: ExpirySweeperParts) {
    const { log, everyMs } = parts;
    this.poll = new Poll({ name: 'expiry', everyMs, log, run: () => this.sweep() });
  }

  onApplicationBootstrap(): void {
    this.poll.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.poll.stop();
  }

  /** One transaction for many. @returns whether there may be more */
  sweep(): Promise<boolean> {
    const now = this.parts.clock?.() ?? runtime.date();
    const rows = this.parts.rows ?? postgresShelfRows;
    return this.parts.outbox.transaction(async (unit) => {
      const due = await rows.lockExpired(unit.tx, now, BATCH);
      if (due.length === 0) return false;
      const time = now.toISOString();
      const shelf = await lockProducts(unit.tx, due, { rows });
      for (const reservation of due) {
        const change = expire(reservation, now);
        if (!change) continue;
        for (const fact of shelf.apply(change)) unit.publish(factEvent(fact, time));
        this.report(unit, change.reservation);
      }
      await saveShelf(unit.tx, shelf, rows);
      return due.length === BATCH;
    });
  }

  private report(unit: UnitOfWork, reservation: Parameters<typeof effectOf>[0]): void {
    const { sagaId, businessKey } = reservation;
    const effects = [effectOf(reservation)];
    this.parts.answers.report(unit, { sagaId, businessKey, effects, reason: REASON });
  }
}
