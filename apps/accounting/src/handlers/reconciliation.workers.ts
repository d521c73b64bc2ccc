import type { Database, MessagingLog, Outbox } from '#messaging';
import { asNotNow, EffectWorkers, NotNowError, Poll } from '#participant';
import { backoffMs, readingGauge, runtime } from '#platform';
import { dayOfMs } from '../domain/days.js';
import {
  daysBehind,
  differencesLately,
  findRun,
  noteProblem,
  type Run,
} from '../persistence/reconciliation-rows.js';
import { ProviderPendingError, reconcileDay, type ReconciliationParts } from './reconciliation.js';
import { LATE_MS } from './reconciliation-limits.js';

const watchDifferences = readingGauge(
  'accounting_reconciliation_differences',
  'What differs from the books of others, on the days of the last week as they were compared last',
);

export interface ReconciliationWorkersParts extends ReconciliationParts {
  readonly database: Pick<Database, 'query' | 'transaction'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly log: MessagingLog;
  /** Pause between two looks whether a day is to be compared; undefined: only when it is asked for. */
  readonly everyMs: number | undefined;
}

const DAY_MS = 86_400_000;
/** So long after midnight payment has compared itself with the provider. */
const AFTER_MIDNIGHT_MS = 2 * 3_600_000;
/** Days that went by without a comparison are made up for. */
const LOOK_BACK_DAYS = 7;
const LEASE_MS = 30 * 60_000;
const BACKOFF = { baseMs: 5_000, maxMs: 30 * 60_000 };
const PROVIDER_PAUSE_MS = 2_000;

/**
 * Compares each day with the books of others once it is over, and again where payment was ahead; the
 * subject is the day. Of several replicas one does it, and another one goes on when that one dies.
 */
export class ReconciliationWorkers extends EffectWorkers<Run> {
  private readonly daily: Poll | undefined;
  private readonly outbox: Pick<Outbox, 'transaction'>;
  private readonly watch: () => () => void;
  private unwatch = (): void => undefined;

  constructor(parts: ReconciliationWorkersParts) {
    const { database, outbox, log, everyMs } = parts;
    super({
      ...{ database, outbox, log, name: 'reconciliation', concurrency: 1, leaseMs: LEASE_MS },
      maxAttempts: Infinity,
      backoff: (attempts) => backoffMs(BACKOFF, attempts),
      execute: (day, { signal }) => reconcileDay(parts, day, signal).catch(later),
      record: async (unit, done) => {
        for (const { subject: day } of done) {
          const { differences = 0 } = (await findRun(unit.tx, day)) ?? {};
          if (differences === 0) continue;
          unit.afterCommit(() =>
            log.error({ day, differences }, 'the ledger differs from other books'),
          );
        }
      },
      failed: async (unit, failures) => {
        for (const { subject: day, error, attempts } of failures) {
          await noteProblem(unit.tx, day, error.message);
          log.warn({ err: error, day, attempts }, 'a day is not reconciled yet; tried again later');
        }
      },
    });
    this.outbox = outbox;
    this.watch = () => watchDifferences(() => differencesLately(database));
    this.daily =
      everyMs === undefined
        ? undefined
        : new Poll({ name: 'reconciliation', everyMs, log, run: () => this.lookForDays(database) });
  }

  /** Resolves when it is sure to be done. @param days YYYY-MM-DD, UTC */
  reconcile(...days: readonly string[]): Promise<void> {
    return this.outbox.transaction((unit) => this.want(unit, days));
  }

  override start(): void {
    super.start();
    this.daily?.start();
    this.unwatch = this.watch();
  }

  override async stop(): Promise<void> {
    this.unwatch();
    await this.daily?.stop();
    await super.stop();
  }

  /** Days that are over, and where payment was ahead. */
  private async lookForDays(database: Pick<Database, 'query'>): Promise<boolean> {
    const now = runtime.date().getTime();
    const days = await daysBehind(database, new Date(now - LATE_MS));
    days.push(...(await missedDays(database, now - AFTER_MIDNIGHT_MS)));
    if (days.length > 0) await this.reconcile(...days);
    return false;
  }
}

/** Since the last one that was compared; where there is none within a week, yesterday alone. */
async function missedDays(database: Pick<Database, 'query'>, nowMs: number): Promise<string[]> {
  const missed: string[] = [];
  for (let ago = 1; ago <= LOOK_BACK_DAYS; ago += 1) {
    const day = dayOfMs(nowMs - ago * DAY_MS);
    if (await findRun(database, day)) return missed;
    missed.push(day);
  }
  return missed.slice(0, 1);
}

function later(error: unknown): never {
  if (error instanceof ProviderPendingError) {
    throw new NotNowError(error.message, PROVIDER_PAUSE_MS);
  }
  return asNotNow(error);
}
