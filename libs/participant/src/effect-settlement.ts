/** How runs end: outcomes and failures are written together with what becomes of their tasks. */
import { RetryableError, isTransient, type UnitOfWork } from '#messaging';
import { Batcher } from '#platform';
import type { EffectTaskStore, Postponed, TakenTask, TaskMark } from './effect-task-store.js';
import type { EffectWorkersOptions } from './effect-options.js';
import { NotNowError } from './not-now-error.js';
import { storable } from './parking-store.js';

export type Ending =
  | { readonly kind: 'ended' | 'given-up' }
  /** There will be another run. */
  | { readonly kind: 'again'; readonly pauseMs: number }
  /** Somebody else has the subject now, so nothing was written. */
  | { readonly kind: 'lost' };

interface DoneRun<Outcome> {
  readonly task: TakenTask;
  readonly outcome: Outcome;
}

interface FailedRun {
  readonly task: TakenTask;
  readonly error: Error;
}

/** A run whose lease is still ours, and the task as it stands now: it may be wanted once more. */
type Live<Run> = Run & { readonly mark: TaskMark };

const LOST: Ending = { kind: 'lost' };
/** Of a run that makes no sense now; less would only be noise for the database. */
const LEAST_PAUSE_MS = 10;
/** One transaction at a time, so that what ends meanwhile shares the next one. */
const GROUP = { maxItems: 200, maxConcurrent: 1 };

/**
 * Domain rows are written before the tasks, as the transactions that call `want` do it; the other
 * way round the two would block each other. So the tasks are looked at first without a lock, and
 * the guarded write at the end finds out whether that still holds.
 */
export class EffectSettlement<Outcome> {
  private readonly done: Batcher<DoneRun<Outcome>, Ending>;
  private readonly failed: Batcher<FailedRun, Ending>;
  private readonly untried: Batcher<Postponed, Ending>;

  constructor(
    private readonly options: EffectWorkersOptions<Outcome>,
    private readonly store: EffectTaskStore,
  ) {
    const bisect = (error: unknown) => !isTransient(error);
    this.done = new Batcher({
      ...GROUP,
      bisect,
      run: (runs) => this.settle(runs, (unit, live) => this.writeDone(unit, live)),
    });
    this.failed = new Batcher({
      ...GROUP,
      bisect,
      run: (runs) => this.settle(runs, (unit, live) => this.writeFailed(unit, live)),
    });
    this.untried = new Batcher({
      ...GROUP,
      bisect: () => false,
      run: async (items) => {
        await store.postpone(options.database, items);
        return items.map((): Ending => ({ kind: 'again', pauseMs: 0 }));
      },
    });
  }

  /** Rejects with what `record` threw for this outcome, or with a transient error. */
  record(task: TakenTask, outcome: Outcome): Promise<Ending> {
    return this.done.add({ task, outcome });
  }

  /** Rejects with what `failed` threw for this failure, or with a transient error. */
  fail(task: TakenTask, error: Error): Promise<Ending> {
    return this.failed.add({ task, error });
  }

  /** Gives a lease back as if there had been no run. Rejects with what the database threw. */
  giveBack({ subject, token }: TakenTask): Promise<Ending> {
    return this.untried.add({ task: { subject, token }, pauseMs: 0, untried: true });
  }

  private settle<Run extends { readonly task: TakenTask }>(
    runs: readonly Run[],
    write: (unit: UnitOfWork, live: readonly Live<Run>[]) => Promise<Ending[]>,
  ): Promise<Ending[]> {
    return this.options.outbox.transaction(async (unit) => {
      const subjects = runs.map(({ task }) => task.subject);
      const marks = await this.store.look(unit.tx, subjects);
      const live = runs.flatMap((run) => {
        const mark = marks.get(run.task.subject);
        return mark?.token === run.task.token ? [{ ...run, mark }] : [];
      });
      const endings = live.length > 0 ? await write(unit, live) : [];
      const endingOf = new Map(live.map(({ task }, index) => [task.token, endings[index]]));
      return runs.map(({ task }) => endingOf.get(task.token) ?? LOST);
    });
  }

  private async writeDone(
    unit: UnitOfWork,
    live: readonly Live<DoneRun<Outcome>>[],
  ): Promise<Ending[]> {
    await this.options.record(
      unit,
      live.map(({ task, outcome }) => ({ subject: task.subject, outcome })),
    );
    const ended = live.filter((run) => !wantedAgain(run)).map(({ mark }) => mark);
    const again = live.filter(wantedAgain).map(({ mark }) => ({ task: mark, pauseMs: 0 }));
    let count = 0;
    if (ended.length > 0) count += await this.store.finish(unit.tx, ended);
    if (again.length > 0) count += await this.store.postpone(unit.tx, again);
    expectAll(count, live.length);
    return live.map((run) =>
      wantedAgain(run) ? { kind: 'again', pauseMs: 0 } : { kind: 'ended' },
    );
  }

  private async writeFailed(unit: UnitOfWork, live: readonly Live<FailedRun>[]): Promise<Ending[]> {
    const { backoff, failed, maxAttempts } = this.options;
    const isFinal = (run: Live<FailedRun>) =>
      !wantedAgain(run) && !untried(run) && run.task.attempt >= maxAttempts;
    const pauseMs = (run: Live<FailedRun>): number => {
      // Whoever wants it again knows something that this run did not, however long it would wait.
      if (wantedAgain(run)) return 0;
      if (run.error instanceof NotNowError) return Math.max(LEAST_PAUSE_MS, run.error.retryAfterMs);
      return backoff(run.task.attempt);
    };
    await failed(
      unit,
      live.map((run) => ({
        subject: run.task.subject,
        error: run.error,
        attempts: run.task.attempt,
        final: isFinal(run),
      })),
    );
    const endings = live.map((run): Ending => {
      return isFinal(run) ? { kind: 'given-up' } : { kind: 'again', pauseMs: pauseMs(run) };
    });
    const count = await this.store.postpone(
      unit.tx,
      live.map((run, index) => {
        const ending = endings[index];
        return {
          task: run.mark,
          pauseMs: ending?.kind === 'again' ? ending.pauseMs : undefined,
          error: storable(run.error.message),
          untried: untried(run),
        };
      }),
    );
    expectAll(count, live.length);
    return endings;
  }
}

const wantedAgain = ({ task, mark }: { task: TakenTask; mark: TaskMark }): boolean =>
  mark.revision !== task.revision;

const untried = ({ error }: FailedRun): boolean => error instanceof NotNowError;

function expectAll(count: number, expected: number): void {
  if (count === expected) return;
  throw new RetryableError('a lease was lost, or a subject wanted again, at the same time');
}
