import { RetryableError, type Tx } from '#messaging';
import type { Difference } from '../domain/reconcile.js';

/** What is done one after the other. */
export const PHASES = ['orders', 'ledger', 'bank', 'payouts', 'provider', 'done'] as const;
export type Phase = (typeof PHASES)[number];

export interface Run {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly run: number;
  readonly phase: Phase;
  readonly cursor: string | null;
}

export interface StoredRun extends Run {
  readonly orders: number;
  readonly withdrawals: number;
  readonly providerAt: Date | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly problem: string | null;
  readonly differences: number;
  /** Where payment is further than the ledger; they are not among the differences. */
  readonly behind: number;
}

const COLUMNS = `to_char(r.day, 'YYYY-MM-DD') as day, r.run, r.phase, r.cursor, r.orders, r.withdrawals,
  r.provider_at as "providerAt", r.started_at as "startedAt", r.ended_at as "endedAt", r.problem,
  (select count(*)::int from reconciliation_difference d
    where d.day = r.day and d.run = r.run and d.code <> 'behind') as differences,
  (select count(*)::int from reconciliation_difference d
    where d.day = r.day and d.run = r.run and d.code = 'behind') as behind`;

/** The run that is under way, or a new one. */
export async function beginRun(tx: Tx, day: string): Promise<Run> {
  await tx.query(
    `insert into reconciliation (day, run, phase)
     select $1::date, coalesce(max(run), 0) + 1, 'orders' from reconciliation where day = $1::date
     having coalesce(bool_and(phase = 'done'), true)
     on conflict do nothing`,
    [day],
  );
  const [row] = await tx.query<Run>(
    `select to_char(day, 'YYYY-MM-DD') as day, run, phase, cursor from reconciliation
      where day = $1::date order by run desc limit 1`,
    [day],
  );
  if (!row) throw new RetryableError('the run was taken away');
  return row;
}

/** What one page, or the end of a phase, adds to a run. */
export interface Step {
  readonly phase: Phase;
  readonly cursor: string | null;
  readonly differences?: readonly Difference[];
  /** Subjects of the others' books. */
  readonly seen?: readonly string[];
  readonly orders?: number;
  readonly withdrawals?: number;
  readonly providerAt?: string;
}

/**
 * All of it or nothing, so that a run goes on where it was.
 * @throws Error where somebody else has gone on with it
 */
export async function takeStep(tx: Tx, { day, run, phase, cursor }: Run, step: Step): Promise<Run> {
  const [moved] = await tx.query(
    `update reconciliation
        set phase = $5, cursor = $6, orders = orders + $7, withdrawals = withdrawals + $8,
            provider_at = coalesce($9::timestamptz, provider_at), problem = null,
            ended_at = case when $5 = 'done' then now() end
      where day = $1::date and run = $2 and phase = $3 and cursor is not distinct from $4
      returning 1`,
    [
      ...[day, run, phase, cursor, step.phase, step.cursor],
      ...[step.orders ?? 0, step.withdrawals ?? 0, step.providerAt ?? null],
    ],
  );
  if (!moved)
    throw new RetryableError(`somebody else has gone on with the reconciliation of ${day}`);
  if (step.differences?.length) await addDifferences(tx, { day, run }, step.differences);
  if (step.seen?.length) {
    await tx.query(
      `insert into reconciliation_seen (day, run, subject)
       select $1::date, $2, s from unnest($3::text[]) s order by s on conflict do nothing`,
      [day, run, step.seen],
    );
  }
  if (step.phase === 'done') await forget(tx, day, run);
  return { day, run, phase: step.phase, cursor: step.cursor };
}

const textOf = (value: number | string | undefined): string | null =>
  value === undefined ? null : String(value);

/** What was seen before, the same, has been there since then. */
async function addDifferences(
  tx: Tx,
  { day, run }: Pick<Run, 'day' | 'run'>,
  differences: readonly Difference[],
): Promise<void> {
  await tx.query(
    `insert into reconciliation_difference (day, run, about, subject, what, code, ledger, theirs,
                                            revision, since)
     select $1::date, $2, n.about, n.subject, n.what, n.code, n.ledger, n.theirs, n.revision,
            coalesce((select min(b.since) from reconciliation_difference b
                       where b.day = $1::date and b.run < $2 and b.about = n.about
                         and b.subject = n.subject and b.what = n.what
                         and b.revision is not distinct from n.revision), now())
       from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                   $9::bigint[]) as n (about, subject, what, code, ledger, theirs, revision)
     on conflict (day, run, about, subject, what) do update
       set code = excluded.code, ledger = excluded.ledger, theirs = excluded.theirs`,
    [
      ...[day, run],
      differences.map(({ about }) => about),
      differences.map(({ subject }) => subject),
      differences.map(({ what }) => what),
      differences.map(({ code }) => code),
      differences.map(({ ledger }) => textOf(ledger)),
      differences.map(({ theirs }) => textOf(theirs)),
      differences.map(({ revision }) => revision ?? null),
    ],
  );
}

/** The latest that is done is enough. */
async function forget(tx: Tx, day: string, run: number): Promise<void> {
  await tx.query('delete from reconciliation_seen where day = $1::date and run <= $2', [day, run]);
  for (const table of ['reconciliation_difference', 'reconciliation']) {
    await tx.query(`delete from ${table} where day = $1::date and run < $2`, [day, run]);
  }
}

/** Of these orders those of which payment has been ahead, at the same revision, since before then. */
export async function behindSince(
  tx: Tx,
  day: string,
  orders: readonly { readonly orderId: string; readonly revision: number }[],
  before: Date,
): Promise<Set<string>> {
  const rows = await tx.query<{ subject: string }>(
    `select distinct d.subject
       from unnest($2::text[], $3::bigint[]) as n (subject, revision)
       join reconciliation_difference d
         on d.day = $1::date and d.about = 'order' and d.subject = n.subject
        and d.revision = n.revision
      where d.since < $4`,
    [
      day,
      orders.map(({ orderId }) => orderId),
      orders.map(({ revision }) => revision),
      before.toISOString(),
    ],
  );
  return new Set(rows.map(({ subject }) => subject));
}

export async function noteProblem(tx: Tx, day: string, problem: string): Promise<void> {
  await tx.query(
    `update reconciliation set problem = $2 where day = $1::date and phase <> 'done'`,
    [day, problem.slice(0, 500)],
  );
}

/** The latest run that is done; where there is none, the one that is under way. */
export async function findRun(tx: Tx, day: string): Promise<StoredRun | undefined> {
  const [row] = await tx.query<StoredRun>(
    `select ${COLUMNS} from reconciliation r where r.day = $1::date
      order by r.phase = 'done' desc, r.run desc limit 1`,
    [day],
  );
  return row;
}

/** The latest days first, of each the latest run. */
export function listRuns(
  tx: Tx,
  { before, limit }: { readonly before?: string | undefined; readonly limit: number },
): Promise<StoredRun[]> {
  return tx.query<StoredRun>(
    `select distinct on (r.day) ${COLUMNS} from reconciliation r
      where r.day < $1::date order by r.day desc, r.phase = 'done' desc, r.run desc limit $2`,
    [before ?? '9999-12-31', limit],
  );
}

/** Days whose latest comparison found payment ahead of the ledger, and was made before then. */
export async function daysBehind(tx: Tx, before: Date): Promise<string[]> {
  const rows = await tx.query<{ day: string }>(
    `select to_char(r.day, 'YYYY-MM-DD') as day from reconciliation r
      where r.day > (now() at time zone 'UTC')::date - 8 and r.phase = 'done' and r.ended_at < $1
        and exists (select from reconciliation_difference d
                     where d.day = r.day and d.run = r.run and d.code = 'behind')
      order by r.day`,
    [before.toISOString()],
  );
  return rows.map(({ day }) => day);
}

/** On the days of the last week, of each as it was compared last. */
export async function differencesLately(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::int as count
       from reconciliation_difference d join reconciliation r on r.day = d.day and r.run = d.run
      where r.day > (now() at time zone 'UTC')::date - 8 and r.phase = 'done'
        and d.code <> 'behind'`,
  );
  return row?.count ?? 0;
}

export interface StoredDifference {
  readonly about: Difference['about'];
  readonly subject: string;
  readonly what: string;
  readonly code: Difference['code'];
  readonly ledger: string | null;
  readonly theirs: string | null;
  readonly since: Date;
}

/** @param after `about subject what` of the last one of the page before */
export function listDifferences(
  tx: Tx,
  { day, run }: Pick<Run, 'day' | 'run'>,
  { after, limit }: { readonly after: readonly [string, string, string]; readonly limit: number },
): Promise<StoredDifference[]> {
  return tx.query<StoredDifference>(
    `select about, subject, what, code, ledger, theirs, since from reconciliation_difference
      where day = $1::date and run = $2 and (about, subject, what) > ($3, $4, $5)
      order by about, subject, what limit $6`,
    [day, run, ...after, limit],
  );
}

export async function bankPosition(tx: Tx, day: string): Promise<string | null> {
  const [row] = await tx.query<{ cursor: string }>(
    'select cursor from bank_position where day <= $1::date',
    [day],
  );
  return row?.cursor ?? null;
}

export async function moveBankPosition(tx: Tx, day: string, cursor: string): Promise<void> {
  await tx.query(
    `insert into bank_position as p (cursor, day) values ($1, $2::date)
     on conflict (one) do update set cursor = excluded.cursor, day = excluded.day
       where p.day <= excluded.day`,
    [cursor, day],
  );
}
