import type { Database, MessagingLog, Outbox, UnitOfWork } from '#messaging';
import type { EffectTaskStore } from './effect-task-store.js';

/** The right to drive one subject, for a while. */
export interface EffectLease {
  /** Which `want` this run is about. */
  readonly revision: number;
  /** 1 for the first run since the subject was wanted. */
  readonly attempt: number;
  /** Aborted when the lease ends or the process stops; hand it to the provider's client. */
  readonly signal: AbortSignal;
}

export interface EffectDone<Outcome> {
  readonly subject: string;
  readonly outcome: Outcome;
}

export interface EffectFailure {
  readonly subject: string;
  readonly error: Error;
  /** Runs so far, this one included; 1 also for repeated first runs that did not count. */
  readonly attempts: number;
  /** There will be no other run until the subject is wanted again. */
  readonly final: boolean;
}

export interface EffectWorkersOptions<Outcome> {
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  /** Names this kind of work in the table; the same in all replicas. */
  readonly name: string;
  /** Most subjects driven at the same time by this process. */
  readonly concurrency: number;
  /** How long a run may take. After that another replica may begin the same subject. */
  readonly leaseMs: number;
  /** Runs of a subject until it is given up; `Infinity` never gives up. */
  readonly maxAttempts: number;
  /** Milliseconds until the next run after `attempts` failed ones. Jitter is the caller's. */
  readonly backoff: (attempts: number) => number;
  /**
   * Drives the outside world towards what the domain row wants; outside of any transaction. It may
   * be called again after it has succeeded (a crash, a lost lease), so it must be repeatable.
   */
  readonly execute: (subject: string, lease: EffectLease) => Promise<Outcome>;
  /**
   * Writes outcomes and answers, in the transaction that ends or reschedules the tasks. Not called
   * for a lost lease. Runs again, as a whole, when that transaction has to be repeated.
   */
  readonly record: (unit: UnitOfWork, done: readonly EffectDone<Outcome>[]) => Promise<void>;
  /** Writes failures, in the transaction that reschedules the tasks. */
  readonly failed: (unit: UnitOfWork, failures: readonly EffectFailure[]) => Promise<void>;
  /** Pause between two looks for retries and ended leases. Default 1,000. */
  readonly pollMs?: number;
  readonly log?: MessagingLog;
  /** Default: the table `effect_task`. */
  readonly store?: EffectTaskStore;
}
