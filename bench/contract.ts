/**
 * What the harness and a contender say to each other: one JSON object a line, commands on the
 * contender's standard input, answers on its standard output. Everything else that a contender or
 * its libraries print goes to standard error.
 */

/** The order saga that all contenders run, each step one small write to Postgres. */
export type Step = 'reserve' | 'charge' | 'ship' | 'notify' | 'release';

/** `{inFlight}`: so many at a time, the next when one is over. `{rate}`: so many a second. */
export type Load = { readonly inFlight: number } | { readonly rate: number };

export interface RunRequest {
  readonly run: Load;
  readonly warmUpMs: number;
  readonly windowMs: number;
  /** Every so many-th order is declined at `charge`, and its reservation released; 0: none. */
  readonly declinedEvery: number;
  /** Start of the ids of this run's sagas; never used twice with one contender. */
  readonly prefix: string;
}

export type Command = RunRequest | { readonly audit: object } | { readonly stop: object };

/** Sagas, by how they ended. */
export interface Totals {
  readonly completed: number;
  readonly compensated: number;
  /** Ended otherwise than the order asked for, or not at all. */
  readonly failed: number;
}

export interface RunResult {
  /** Sagas of the window, failed ones left out. */
  readonly sagas: number;
  /** Of these, the ones that ended compensated. */
  readonly compensated: number;
  readonly failed: number;
  /** At a given rate: orders whose time had come and which could not even be started. */
  readonly unstarted: number;
  /** How long the window was open. */
  readonly seconds: number;
  /** Milliseconds from asking for a saga to knowing that it is over; 0 where there was none. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** Everything since the run began: warm-up, window and what came to its end afterwards. */
  readonly all: Totals;
  /** What the first failures said. */
  readonly errors: readonly string[];
}

/** Sagas that have the same effects. */
export interface EffectGroup {
  /** What the order asked for, by its id. */
  readonly declined: boolean;
  /** The steps that had an effect, in order of the alphabet. */
  readonly steps: readonly Step[];
  readonly sagas: number;
}

export interface AuditResult {
  readonly groups: readonly EffectGroup[];
  /** Effects that happened more than once. */
  readonly twice: number;
  /** Steps that ran again, without a second effect. */
  readonly repeated: number;
}

export type Answer =
  /** `pids`: the roots of what it started beside its own process and children. */
  | { readonly ready: true; readonly pids: readonly number[]; readonly notes: readonly string[] }
  /** It cannot take part, and why. */
  | { readonly unable: string }
  | { readonly window: 'opened' | 'closed' }
  | { readonly done: RunResult }
  | { readonly audit: AuditResult }
  | { readonly error: string };
