import type { Database, MessagingLog, Outbox } from '#messaging';
import { EffectWorkers, Poll, asNotNow } from '#participant';
import { backoffMs, readingGauge, runtime } from '#platform';
import {
  differencesLately,
  findComparison,
  storeComparisons,
} from '../persistence/reconciliation-rows.js';
import type { PaymentProvider } from '../provider/payment-provider.js';
import type { ChargebackWorkers } from './chargeback.workers.js';
import { compareDay, type ComparedDay } from './reconciliation.js';

const watchDifferences = readingGauge(
  'payment_reconciliation_differences',
  'What differs from the books of the provider, on the days of the last week as they were compared last',
);

export interface ReconciliationWorkersParts {
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly provider: PaymentProvider;
  /** Read disputes anew that differ, or are open. */
  readonly chargebacks: Pick<ChargebackWorkers, 'want'>;
  readonly log: MessagingLog;
  /** Pause between two looks whether yesterday is to be compared. */
  readonly everyMs: number;
}

const DAY_MS = 86_400_000;
/** So long after midnight, so that what began before it has come to its end. */
const AFTER_MIDNIGHT_MS = 3_600_000;
const LEASE_MS = 30 * 60_000;
const BACKOFF = { baseMs: 60_000, maxMs: 30 * 60_000 };

/**
 * Compares each day with the provider's books, once it is over; the subject is the day. Of several
 * replicas one does it, and another one goes on when that one dies.
 */
export class ReconciliationWorkers extends EffectWorkers<ComparedDay> {
  private readonly daily: Poll;
  private readonly outbox: Pick<Outbox, 'transaction'>;
  private readonly watch: () => () => void;
  private unwatch = (): void => undefined;

  constructor(parts: ReconciliationWorkersParts) {
    const { database, outbox, chargebacks, log, everyMs } = parts;
    super({
      database,
      outbox,
      log,
      name: 'reconciliation',
      concurrency: 1,
      leaseMs: LEASE_MS,
      maxAttempts: Infinity,
      backoff: (attempts) => backoffMs(BACKOFF, attempts),
      execute: (day, { signal }) => compareDay(parts, day, signal).catch(asNotNow),
      record: async (unit, done) => {
        const found = done.map(({ outcome }) => outcome);
        await storeComparisons(unit.tx, found);
        const disputed = found.flatMap((compared) => compared.disputed);
        await chargebacks.want(unit, disputed);
        unit.afterCommit(() => {
          for (const { day, differences } of found) {
            for (const difference of differences) {
              log.error({ day, ...difference }, 'a payment differs from the provider’s books');
            }
          }
        });
      },
      failed: (_unit, failures) => {
        for (const { subject: day, error, attempts } of failures) {
          log.warn({ err: error, day, attempts }, 'a day could not be compared; tried again later');
        }
        return Promise.resolve();
      },
    });
    this.outbox = outbox;
    this.watch = () => watchDifferences(() => differencesLately(database));
    this.daily = new Poll({
      name: 'reconciliation',
      everyMs,
      log,
      run: async () => {
        const day = dayOf(runtime.date().getTime() - DAY_MS - AFTER_MIDNIGHT_MS);
        if (!(await findComparison(database, day))) await this.compare(day);
        return false;
      },
    });
  }

  /** Resolves when it is sure to be done. @param day YYYY-MM-DD, UTC */
  compare(day: string): Promise<void> {
    return this.outbox.transaction((unit) => this.want(unit, [day]));
  }

  override start(): void {
    super.start();
    this.daily.start();
    this.unwatch = this.watch();
  }

  override async stop(): Promise<void> {
    this.unwatch();
    await this.daily.stop();
    await super.stop();
  }
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
