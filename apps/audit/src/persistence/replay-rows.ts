import type { StreamPosition, Tx } from '#messaging';
import type { EventFilter } from './read-events.js';
import type { Position } from '../domain/stored-event.js';

/** Anything that runs a statement: the database itself, or a transaction. */
type Queries = Pick<Tx, 'query'>;

export type ReplayStatus = 'running' | 'paused' | 'cancelled' | 'done';

export interface Replay {
  readonly replayId: string;
  readonly topic: string;
  readonly filter: EventFilter;
  readonly ratePerSecond: number;
  readonly status: ReplayStatus;
  readonly afterXid: string;
  readonly afterSeq: string;
  readonly endXid: string;
  /** int8, as the next one. */
  readonly sent: string;
  readonly skipped: string;
  readonly problem: string | null;
  readonly sentUntil: string | null;
  /** int8, as the next one: where its rows in the outbox end. */
  readonly outboxEpoch: string | null;
  readonly outboxSeq: string | null;
  readonly fence: string;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

const COLUMNS = `replay_id as "replayId", topic, filter, rate_per_second as "ratePerSecond", status,
  after_xid::text as "afterXid", after_seq as "afterSeq", end_xid::text as "endXid", sent, skipped,
  problem, sent_until as "sentUntil", outbox_epoch as "outboxEpoch",
  outbox_seq as "outboxSeq", fence, created_at as "createdAt", ended_at as "endedAt"`;

export type NewReplay = Pick<Replay, 'replayId' | 'topic' | 'filter' | 'ratePerSecond'>;

export async function addReplay(database: Queries, replay: NewReplay): Promise<Replay> {
  const { replayId, topic, filter, ratePerSecond } = replay;
  const [row] = await database.query<Replay>(
    `insert into replay (replay_id, topic, filter, rate_per_second) values ($1, $2, $3, $4)
     returning ${COLUMNS}`,
    [replayId, topic, JSON.stringify(filter), ratePerSecond],
  );
  return row as Replay;
}

export async function findReplay(database: Queries, replayId: string): Promise<Replay | undefined> {
  const [row] = await database.query<Replay>(`select ${COLUMNS} from replay where replay_id = $1`, [
    replayId,
  ]);
  return row;
}

/** The newest first; their ids are made in that order. @param before an id; those made before it */
export const listReplays = (
  database: Queries,
  before: string | undefined,
  limit: number,
): Promise<Replay[]> =>
  database.query<Replay>(
    `select ${COLUMNS} from replay where replay_id < $1 order by replay_id desc limit $2`,
    [before ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff', limit],
  );

/** @returns undefined where it has none of the statuses `from`; it may be taken up at once */
export async function setStatus(
  database: Queries,
  replayId: string,
  from: readonly ReplayStatus[],
  to: ReplayStatus,
): Promise<Replay | undefined> {
  const [row] = await database.query<Replay>(
    `update replay set status = $3, lease_until = now(),
            ended_at = case when $3 = 'cancelled' then now() end
      where replay_id = $1 and status = any($2::text[])
     returning ${COLUMNS}`,
    [replayId, from, to],
  );
  return row;
}

/** Takes over one that runs and that nobody looks after. */
export async function claimReplay(database: Queries, leaseMs: number): Promise<Replay | undefined> {
  const [row] = await database.query<Replay>(
    `update replay set fence = fence + 1, lease_until = now() + $1 * interval '1 ms'
      where replay_id = (
        select replay_id from replay where status = 'running' and lease_until <= now()
         order by lease_until limit 1 for update skip locked)
     returning ${COLUMNS}`,
    [leaseMs],
  );
  return row;
}

/** Undefined where it is not to go on, or not by this runner. From here on nobody else changes it. */
export async function lockReplay(
  tx: Tx,
  { replayId, fence }: Pick<Replay, 'replayId' | 'fence'>,
): Promise<Replay | undefined> {
  const [row] = await tx.query<Replay>(
    `select ${COLUMNS} from replay where replay_id = $1 and fence = $2 and status = 'running'
        for update`,
    [replayId, fence],
  );
  return row;
}

export interface Progress {
  readonly position: Position;
  readonly sent: number;
  readonly skipped: number;
  readonly problem: string | undefined;
  readonly sentUntil: string | undefined;
  readonly isDone: boolean;
  /** Where its rows in the outbox end, if there are new ones. */
  readonly stamp: StreamPosition | undefined;
}

export async function saveProgress(
  tx: Tx,
  { replayId, fence }: Pick<Replay, 'replayId' | 'fence'>,
  progress: Progress,
  leaseMs: number,
): Promise<void> {
  const { position, sent, skipped, problem, sentUntil, isDone, stamp } = progress;
  await tx.query(
    `update replay set after_xid = $3::xid8, after_seq = $4, sent = sent + $5,
            skipped = skipped + $6, problem = coalesce($7, problem),
            sent_until = coalesce($8, sent_until),
            status = case when $9 then 'done' else status end,
            ended_at = case when $9 then now() end,
            lease_until = now() + $10 * interval '1 ms',
            outbox_epoch = coalesce($11, outbox_epoch), outbox_seq = coalesce($12, outbox_seq)
      where replay_id = $1 and fence = $2`,
    [
      ...[replayId, fence, position.xid, position.seq, sent, skipped],
      ...[
        problem ?? null,
        sentUntil ?? null,
        isDone,
        leaseMs,
        stamp?.epoch ?? null,
        stamp?.seq ?? null,
      ],
    ],
  );
}

/** So that another takes it up without waiting. */
export async function releaseReplay(
  database: Queries,
  { replayId, fence }: Pick<Replay, 'replayId' | 'fence'>,
): Promise<void> {
  await database.query(
    'update replay set lease_until = now() where replay_id = $1 and fence = $2',
    [replayId, fence],
  );
}

export async function renewLease(
  tx: Tx,
  { replayId, fence }: Pick<Replay, 'replayId' | 'fence'>,
  leaseMs: number,
): Promise<void> {
  await tx.query(
    `update replay set lease_until = now() + $3 * interval '1 ms'
      where replay_id = $1 and fence = $2`,
    [replayId, fence, leaseMs],
  );
}

export const lastSent = ({
  outboxEpoch: epoch,
  outboxSeq: seq,
}: Pick<Replay, 'outboxEpoch' | 'outboxSeq'>): StreamPosition | undefined =>
  epoch === null || seq === null ? undefined : { epoch, seq };
