import type { Tx } from '#messaging';

/** A subject that this process may drive until the lease ends. */
export interface TakenTask {
  readonly subject: string;
  /** Which `want` it is about. */
  readonly revision: number;
  /** 1 for the first run since the subject was wanted. */
  readonly attempt: number;
  readonly token: string;
}

/** What identifies a task as nobody else has touched it. */
export type TaskMark = Omit<TakenTask, 'attempt'>;

export interface Postponed {
  /** Without a revision: also when the subject was wanted again meanwhile. */
  readonly task: Omit<TaskMark, 'revision'> & { readonly revision?: number };
  /** Until the next run; undefined: not before it is wanted again. */
  readonly pauseMs: number | undefined;
  readonly error?: string;
  /** The run never really began: it does not count. */
  readonly untried?: boolean;
}

/** Where one worker's tasks are kept. All times are the database's, so that clocks need not agree. */
export interface EffectTaskStore {
  /** @returns the leases taken; for the first `take` subjects, unless somebody drives them now */
  want(tx: Tx, subjects: readonly string[], take: number, leaseMs: number): Promise<TakenTask[]>;
  /** Leases for tasks that are due: new ones, retries, and those whose lease ended. */
  claim(tx: Tx, limit: number, leaseMs: number): Promise<TakenTask[]>;
  /** The tasks that somebody drives, as they stand, by subject, without locking them. */
  look(tx: Tx, subjects: readonly string[]): Promise<Map<string, TaskMark>>;
  /** Ends tasks that are still exactly as marked. @returns how many */
  finish(tx: Tx, tasks: readonly TaskMark[]): Promise<number>;
  /** Gives back the leases of tasks that are still as marked. @returns how many */
  postpone(tx: Tx, items: readonly Postponed[]): Promise<number>;
}

const TAKEN = `t.subject, t.revision, t.attempts as attempt, t.lease_token as token`;
const LEASED = `(t.lease_token is not null and t.due_at > clock_timestamp())`;
const after = (parameter: string) => `clock_timestamp() + ${parameter} * interval '1 ms'`;

export class PostgresEffectTaskStore implements EffectTaskStore {
  constructor(private readonly worker: string) {}

  async want(
    tx: Tx,
    subjects: readonly string[],
    take: number,
    leaseMs: number,
  ): Promise<TakenTask[]> {
    // By subject, as every statement here takes its locks. A task that is being driven keeps its
    // lease and shows 0 runs, so what comes back with one run is ours.
    const rows = await tx.query<TakenTask>(
      `insert into effect_task as t (worker, subject, revision, due_at, attempts, lease_token)
       select $1, n.subject, 1,
              case when n.take then ${after('$4')} else clock_timestamp() end,
              case when n.take then 1 else 0 end,
              case when n.take then gen_random_uuid() end
         from unnest($2::text[], $3::bool[]) as n (subject, take)
        order by n.subject
       on conflict (worker, subject) do update set
         revision = t.revision + 1,
         attempts = case when ${LEASED} then 0 else excluded.attempts end,
         due_at = case when ${LEASED} then t.due_at else excluded.due_at end,
         lease_token = case when ${LEASED} then t.lease_token else excluded.lease_token end
       returning ${TAKEN}`,
      [this.worker, subjects, subjects.map((_, index) => index < take), leaseMs],
    );
    return rows.filter(({ attempt }) => attempt === 1);
  }

  claim(tx: Tx, limit: number, leaseMs: number): Promise<TakenTask[]> {
    return tx.query<TakenTask>(
      `with due as materialized (
         select subject from effect_task
          where worker = $1 and due_at <= now()
          order by due_at limit $2
            for update skip locked)
       update effect_task t
          set lease_token = gen_random_uuid(), due_at = ${after('$3')}, attempts = attempts + 1
         from due
        where t.worker = $1 and t.subject = due.subject
       returning ${TAKEN}`,
      [this.worker, limit, leaseMs],
    );
  }

  async look(tx: Tx, subjects: readonly string[]): Promise<Map<string, TaskMark>> {
    const rows = await tx.query<TaskMark>(
      `select subject, revision, lease_token as token from effect_task
        where worker = $1 and subject = any($2::text[]) and lease_token is not null`,
      [this.worker, subjects],
    );
    return new Map(rows.map((row) => [row.subject, row]));
  }

  async finish(tx: Tx, tasks: readonly TaskMark[]): Promise<number> {
    const [done] = await tx.query<{ count: number }>(
      `with gone as (
         delete from effect_task t
          using unnest($2::text[], $3::uuid[], $4::int[]) as n (subject, token, revision)
          where t.worker = $1 and t.subject = n.subject
            and t.lease_token = n.token and t.revision = n.revision
         returning 1)
       select count(*)::int as count from gone`,
      [this.worker, ...marks(tasks)],
    );
    return done?.count ?? 0;
  }

  async postpone(tx: Tx, items: readonly Postponed[]): Promise<number> {
    const [done] = await tx.query<{ count: number }>(
      `with back as (
         update effect_task t
            set lease_token = null,
                due_at = coalesce(${after('n.pause_ms')}, 'infinity'),
                attempts = greatest(0, t.attempts - n.untried::int),
                last_error = coalesce(n.error, t.last_error)
           from unnest($2::text[], $3::uuid[], $4::int[], $5::float8[], $6::text[],
                       $7::bool[])
             as n (subject, token, revision, pause_ms, error, untried)
          where t.worker = $1 and t.subject = n.subject
            and t.lease_token = n.token and t.revision = coalesce(n.revision, t.revision)
         returning 1)
       select count(*)::int as count from back`,
      [
        this.worker,
        ...marks(items.map(({ task }) => task)),
        items.map(({ pauseMs }) => pauseMs ?? null),
        items.map(({ error }) => error ?? null),
        items.map(({ untried }) => untried ?? false),
      ],
    );
    return done?.count ?? 0;
  }
}

const marks = (tasks: readonly Postponed['task'][]): unknown[] => [
  tasks.map(({ subject }) => subject),
  tasks.map(({ token }) => token),
  tasks.map(({ revision }) => revision ?? null),
];
