import { crashPoint, isTransient } from '#messaging';
import type { MessagingLog, UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import { EffectSettlement, type Ending } from './effect-settlement.js';
import {
  PostgresEffectTaskStore,
  type EffectTaskStore,
  type TakenTask,
} from './effect-task-store.js';
import type { EffectWorkersOptions } from './effect-options.js';
import { nestLog } from './log.js';
import { countGivenUp, observeRun, watchWorkers } from './metrics.js';
import { Poll } from './poll.js';

interface Taken {
  readonly task: TakenTask;
  /** On this process's monotonic clock, before the lease was asked for. */
  readonly takenAtMs: number;
}

/** How long runs may go on after `stop` before they are told to give up. */
const STOP_GRACE_MS = 5_000;
const DEFAULT_POLL_MS = 1000;
const REPEAT_AFTER_MS = 50;
/** The database says when a run is due; our timers must not come before it. */
const CLOCK_MARGIN_MS = 3;
/** Node fires longer timers at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Runs beyond `maxAttempts` for a subject whose runs end with their process, not with an error. */
const CRASHES_ALLOWED = 5;

/**
 * Does what must not happen inside a transaction: calls to providers, carriers, mail servers. A
 * subject (an order id, say) is driven by one lease holder at a time; the domain row says where it
 * shall go, and `execute` takes it there from wherever it is. As a Nest provider it starts and stops
 * with the application.
 *
 * A run that fails after `maxAttempts` of them was the last one; runs that took their process down
 * are counted too, with some more allowed.
 */
export class EffectWorkers<Outcome> {
  private readonly store: EffectTaskStore;
  private readonly settlement: EffectSettlement<Outcome>;
  private readonly log: MessagingLog;
  private readonly poll: Poll;
  private readonly queue: Taken[] = [];
  private readonly running = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private started = false;
  private more = false;
  private wakeUps = new Set<() => void>();
  private stopWatching = (): void => undefined;

  /** @throws RangeError for limits that could not work */
  constructor(private readonly options: EffectWorkersOptions<Outcome>) {
    const { concurrency, leaseMs, maxAttempts } = options;
    if (!Number.isInteger(concurrency) || concurrency < 1 || maxAttempts < 1) {
      throw new RangeError('effect workers need room for one run, and one attempt');
    }
    if (!(leaseMs >= 10 && leaseMs <= MAX_TIMER_MS)) {
      throw new RangeError(`leaseMs must be between 10 and ${MAX_TIMER_MS}`);
    }
    this.store = options.store ?? new PostgresEffectTaskStore(options.name);
    this.log = options.log ?? nestLog('effects');
    this.settlement = new EffectSettlement(options, this.store);
    this.poll = new Poll({
      name: `effects of ${options.name}`,
      everyMs: options.pollMs ?? DEFAULT_POLL_MS,
      log: this.log,
      run: () => this.claim(),
    });
  }

  /**
   * In the transaction that decided it, after all domain rows are locked: these subjects are to be
   * driven. This process begins right after the commit where it has room. A subject that is being
   * driven is driven once more.
   */
  async want(unit: UnitOfWork, subjects: readonly string[]): Promise<void> {
    const distinct = [...new Set(subjects)];
    if (distinct.length === 0) return;
    const take = this.started ? Math.max(0, this.room()) : 0;
    const takenAtMs = runtime.monotonicMs();
    const tasks = await this.store.want(unit.tx, distinct, take, this.options.leaseMs);
    unit.afterCommit(() => {
      this.queue.push(...tasks.map((task) => ({ task, takenAtMs })));
      if (tasks.length < distinct.length) this.more = true;
      this.fill();
    });
  }

  /** Begins to look for retries and for work that others left behind. */
  start(): void {
    if (this.stopping.signal.aborted) throw new Error('effect workers do not start twice');
    this.started = true;
    this.poll.start();
  }

  /** Begins nothing new, and resolves when what runs has ended and been written. */
  async stop(): Promise<void> {
    this.started = false;
    for (const cancel of this.wakeUps) cancel();
    await this.poll.stop();
    await this.giveBack(this.queue.splice(0));
    const cancel = runtime.after(STOP_GRACE_MS, () => this.stopping.abort());
    while (this.running.size > 0) await Promise.all(this.running);
    cancel();
    this.stopping.abort();
  }

  onApplicationBootstrap(): void {
    this.start();
    const { name, database } = this.options;
    this.stopWatching = watchWorkers({
      name,
      database,
      running: () => this.running.size,
      queued: () => this.queue.length,
    });
  }

  beforeApplicationShutdown(): Promise<void> {
    this.stopWatching();
    return this.stop();
  }

  /** One statement for each place that becomes free would keep the database busy with little. */
  private get leastClaim(): number {
    return Math.ceil(this.options.concurrency / 4);
  }

  private room(): number {
    return this.options.concurrency - this.running.size - this.queue.length;
  }

  /** @returns whether there may be more that is due, and room for it */
  private async claim(): Promise<boolean> {
    const limit = this.room();
    if (limit <= 0) {
      this.more = true;
      return false;
    }
    this.more = false;
    const takenAtMs = runtime.monotonicMs();
    const tasks = await this.store.claim(this.options.database, limit, this.options.leaseMs);
    this.queue.push(...tasks.map((task) => ({ task, takenAtMs })));
    if (tasks.length === limit) this.more = true;
    this.fill();
    return this.more && this.room() >= this.leastClaim;
  }

  private fill(): void {
    while (this.started && this.running.size < this.options.concurrency) {
      const next = this.queue.shift();
      if (!next) break;
      if (runtime.monotonicMs() - next.takenAtMs > this.options.leaseMs / 2) {
        // Waited too long for a free place to be run within its lease.
        this.more = true;
        void this.giveBack([next]);
        continue;
      }
      const run = this.run(next)
        .catch((error: unknown) =>
          this.log.error(
            { err: error, worker: this.options.name, subject: next.task.subject },
            'a run could not be recorded; it is repeated when its lease ends',
          ),
        )
        .finally(() => {
          this.running.delete(run);
          this.fill();
        });
      this.running.add(run);
    }
    if (this.started && this.more && this.room() >= this.leastClaim) this.poll.wake();
  }

  private async run({ task, takenAtMs }: Taken): Promise<void> {
    const endsAtMs = takenAtMs + this.options.leaseMs;
    const begunAtMs = runtime.monotonicMs();
    const result = await this.execute(task, endsAtMs);
    if (!('stopped' in result)) {
      const outcome = 'outcome' in result ? 'done' : 'failed';
      observeRun(this.options.name, outcome, runtime.monotonicMs() - begunAtMs);
    }
    crashPoint(`effect.${this.options.name}.executed`);
    const ending = await this.write(task, result, endsAtMs);
    if (ending.kind === 'again') this.expectIn(ending.pauseMs);
    else if (ending.kind !== 'ended') this.report(task, ending, result);
  }

  private async execute(task: TakenTask, endsAtMs: number): Promise<RunResult<Outcome>> {
    const { subject, revision, attempt } = task;
    if (attempt > this.options.maxAttempts + CRASHES_ALLOWED) {
      return { error: new Error(`${attempt - 1} runs ended without an outcome`) };
    }
    const lease = new AbortController();
    const leftMs = Math.max(0, endsAtMs - runtime.monotonicMs());
    const cancel = runtime.after(leftMs, () => lease.abort(new Error('the lease ended')));
    const signal = AbortSignal.any([lease.signal, this.stopping.signal]);
    try {
      return { outcome: await this.options.execute(subject, { revision, attempt, signal }) };
    } catch (error) {
      if (this.stopping.signal.aborted) return { stopped: true };
      return { error: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      cancel();
    }
  }

  /** What cannot be written because of the database is tried again for as long as the lease holds. */
  private async write(
    task: TakenTask,
    result: RunResult<Outcome>,
    endsAtMs: number,
  ): Promise<Ending> {
    for (;;) {
      try {
        if ('outcome' in result) return await this.settlement.record(task, result.outcome);
        if ('error' in result) return await this.settlement.fail(task, result.error);
        return await this.settlement.giveBack(task);
      } catch (error) {
        if (isTransient(error) && runtime.monotonicMs() + REPEAT_AFTER_MS < endsAtMs) {
          await new Promise<void>((resolve) => void runtime.after(REPEAT_AFTER_MS, resolve));
        } else if ('outcome' in result && !isTransient(error)) {
          // A fault of `record`: as good as a failed run, because running again is harmless.
          return this.settlement.fail(task, error as Error);
        } else {
          throw error;
        }
      }
    }
  }

  /** Looks again when the next run is due, not only at the next poll. */
  private expectIn(pauseMs: number): void {
    if (!this.started || pauseMs > (this.options.pollMs ?? DEFAULT_POLL_MS)) return;
    const cancel = runtime.after(pauseMs + CLOCK_MARGIN_MS, () => {
      this.wakeUps.delete(cancel);
      this.more = true;
      this.fill();
    });
    this.wakeUps.add(cancel);
  }

  /** So that others need not wait for the end of the lease. */
  private giveBack(taken: readonly Taken[]): Promise<unknown> {
    const given = taken.map(({ task }) => this.settlement.giveBack(task));
    return Promise.all(given).catch((error: unknown) =>
      this.log.warn({ err: error, worker: this.options.name }, 'leases could not be given back'),
    );
  }

  private report(task: TakenTask, ending: Ending, result: object): void {
    const fields = { worker: this.options.name, subject: task.subject, attempt: task.attempt };
    if (ending.kind === 'given-up') {
      countGivenUp(this.options.name);
      this.log.error({ ...fields, ...result }, 'an effect is given up');
    } else this.log.warn(fields, 'a lease was lost; the outcome was discarded');
  }
}

type RunResult<Outcome> = { outcome: Outcome } | { error: Error } | { stopped: true };
