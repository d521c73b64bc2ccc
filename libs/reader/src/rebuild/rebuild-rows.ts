import { RetryableError, type Database, type Tx } from '#messaging';

type Queries = Pick<Database, 'query'>;

export interface Progress {
  /** Facts read so far. */
  events: number;
  /** Those among them that break their contract: they are in neither table. */
  refused: number;
}

export interface Comparison {
  /** Facts that only the live tables have. */
  readonly missing: number;
  /** Facts that only the rebuilt tables have: those that came too late for the live ones, mostly. */
  readonly ahead: number;
  readonly liveHash: string;
  readonly rebuiltHash: string;
}

export interface StoredRebuild extends Progress {
  readonly rebuildId: string;
  readonly swap: boolean;
  readonly status: 'running' | 'done' | 'failed';
  readonly owner: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly missing: number | null;
  readonly ahead: number | null;
  readonly liveHash: string | null;
  readonly rebuiltHash: string | null;
  readonly swapped: boolean;
  readonly problem: string | null;
}

/** Longer than any pause of a process that is well. */
const SILENCE = `interval '15 seconds'`;

type Row = StoredRebuild & Record<'events' | 'refused' | 'missing' | 'ahead', string | null>;

const COLUMNS = `rebuild_id as "rebuildId", swap, status, owner, started_at as "startedAt",
  ended_at as "endedAt", events, refused, missing, ahead, live_hash as "liveHash",
  rebuilt_hash as "rebuiltHash", swapped, problem`;

const count = (text: string | null): number | null => (text === null ? null : Number(text));
const rebuildOf = (row: Row): StoredRebuild => ({
  ...row,
  events: Number(row.events),
  refused: Number(row.refused),
  missing: count(row.missing),
  ahead: count(row.ahead),
});

/** Runs whose process has died have failed. One that is in a transaction lives, however long it takes. */
export async function failSilent(database: Queries): Promise<void> {
  await database.query(
    `update rebuild
        set status = 'failed', ended_at = now(),
            problem = 'the process that ran it ended; the live tables are as they were'
      where rebuild_id in (
        select rebuild_id from rebuild
         where status = 'running' and heartbeat_at < now() - ${SILENCE}
           for update skip locked)`,
  );
}

/** For what must wait until no rebuild is under way. */
export async function isRebuilding(database: Queries): Promise<boolean> {
  await failSilent(database);
  const running = await database.query(`select 1 from rebuild where status = 'running'`);
  return running.length > 0;
}

/** @returns whether it is the only one */
export async function beginRebuild(
  database: Queries,
  { rebuildId, swap, owner }: Pick<StoredRebuild, 'rebuildId' | 'swap' | 'owner'>,
): Promise<boolean> {
  const begun = await database.query(
    `insert into rebuild (rebuild_id, swap, status, owner) values ($1, $2, 'running', $3)
     on conflict do nothing returning 1`,
    [rebuildId, swap, owner],
  );
  return begun.length > 0;
}

export async function beat(
  database: Queries,
  rebuildId: string,
  { events, refused }: Progress,
): Promise<void> {
  await database.query(
    `update rebuild set heartbeat_at = now(), events = $2, refused = $3
      where rebuild_id = $1 and status = 'running'`,
    [rebuildId, events, refused],
  );
}

/**
 * First of all in each transaction of a run: while it lasts nobody can take the run for dead, and one
 * that was taken for dead, because its process slept, does no more harm.
 * @throws RebuildLostError
 */
export async function holdRebuild(tx: Tx, rebuildId: string): Promise<void> {
  const held = await tx.query(
    `select 1 from public.rebuild where rebuild_id = $1 and status = 'running' for key share`,
    [rebuildId],
  );
  if (held.length === 0) throw new RebuildLostError('this run was taken for dead');
}

export class RebuildLostError extends Error {
  override readonly name = 'RebuildLostError';
}

export async function finishRebuild(
  tx: Queries,
  rebuildId: string,
  {
    events,
    refused,
    swapped,
    warning,
    ...found
  }: Progress & Comparison & { swapped: boolean; warning: string | undefined },
): Promise<void> {
  const ended = await tx.query(
    `update public.rebuild
        set status = 'done', ended_at = clock_timestamp(), events = $2, refused = $3, missing = $4,
            ahead = $5, live_hash = $6, rebuilt_hash = $7, swapped = $8, problem = $9
      where rebuild_id = $1 and status = 'running' returning 1`,
    [
      ...[rebuildId, events, refused, found.missing, found.ahead],
      ...[found.liveHash, found.rebuiltHash, swapped, warning ?? null],
    ],
  );
  if (ended.length === 0) throw new RetryableError('this run has ended before');
}

export async function failRebuild(
  database: Queries,
  rebuildId: string,
  { events, refused, problem, missing }: Progress & { problem: string; missing?: number },
): Promise<void> {
  await database.query(
    `update rebuild set status = 'failed', ended_at = now(), events = $2, refused = $3, problem = $4,
            missing = $5
      where rebuild_id = $1 and status = 'running'`,
    [rebuildId, events, refused, problem, missing ?? null],
  );
}

/** The latest first. @param rebuildId that one alone */
export async function findRebuilds(
  database: Queries,
  { rebuildId, limit = 1 }: { rebuildId?: string; limit?: number },
): Promise<StoredRebuild[]> {
  const rows =
    rebuildId === undefined
      ? await database.query<Row>(
          `select ${COLUMNS} from rebuild order by rebuild_id desc limit $1`,
          [limit],
        )
      : await database.query<Row>(`select ${COLUMNS} from rebuild where rebuild_id = $1`, [
          rebuildId,
        ]);
  return rows.map(rebuildOf);
}
