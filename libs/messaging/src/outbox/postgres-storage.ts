/** The outbox's tables. One statement each, so that each is one round trip and one snapshot. */
import type { Database, Tx } from '../database.js';
import { jsonList, jsonListSql, jsonTexts } from '../json-list.js';
import type { AskedPosition } from '../unit-of-work.js';
import type { WireMessage } from '../wire.js';
import type {
  ClaimedEpoch,
  EpochState,
  OutboxStorage,
  StoredMessage,
  WatermarkUpdate,
} from './ports.js';

/**
 * The share lock is the gate: it is held until the transaction ends, and closing the epoch is an
 * update of the same row, which waits for it. A writer whose epoch is closed inserts nothing.
 */
const INSERT = `
  with writer as (
    select epoch from outbox_writer where epoch = $1 and not closed for share
  ), inserted as (
    insert into outbox (created_on, epoch, seq, topic, partition, key, headers, value)
    select current_date, writer.epoch, row.seq, row.topic, row.partition, row.key,
           row.headers::json, coalesce(row.value, 'null')
    from writer, unnest($2::bigint[], $3::text[], $4::int[], $5::text[], ${jsonListSql('$6')},
                        ${jsonListSql('$7')})
      as row (seq, topic, partition, key, headers, value)
  )
  select count(*)::int as open from writer`;

const OPEN_EPOCH = `
  with writer as (insert into outbox_writer (owner) values ($1) returning epoch)
  insert into outbox_watermark (epoch, lease_until)
  select epoch, now() + $2 * interval '1 ms' from writer
  returning epoch`;

const RENEW = `
  update outbox_watermark as mark
  set published_up_to = greatest(mark.published_up_to, update.published_up_to),
      behind_until = case when update.behind then now() else mark.behind_until end,
      stuck_topics = string_to_array(update.stuck_topics, ','),
      others_up_to = update.others_up_to,
      others_behind_until =
        case when update.others_behind then now() else mark.others_behind_until end,
      lease_until = now() + $7 * interval '1 ms'
  from unnest($1::bigint[], $2::bigint[], $3::bool[], $4::text[], $5::bigint[], $6::bool[])
         as update (epoch, published_up_to, behind, stuck_topics, others_up_to, others_behind)
    join outbox_writer as writer on writer.epoch = update.epoch
  where mark.epoch = update.epoch and not mark.drained
  returning mark.epoch, writer.closed`;

const CLAIM_EXPIRED = `
  update outbox_watermark set lease_until = now() + $1 * interval '1 ms'
  where epoch in (
    select epoch from outbox_watermark where not drained and lease_until < now()
    order by epoch limit 20 for update skip locked)
  returning epoch, published_up_to as "publishedUpTo"`;

const READ = `
  select seq, topic, partition, key, headers, value from outbox
  where epoch = $1 and seq between $2 and $3 order by seq limit $4`;

/**
 * What was sent late, or by a relay, was sent at `behind_until` at the latest. A position in topics
 * that can all be written to does not wait for the others.
 */
const PUBLISHED_BY = `
  select case
           when mark.epoch is null then 0
           when mark.others_up_to >= position.seq
             and not string_to_array(position.topics, ',') && mark.stuck_topics then
             coalesce(extract(epoch from mark.others_behind_until) * 1000, 0)
           when mark.drained or mark.published_up_to >= position.seq then
             coalesce(extract(epoch from mark.behind_until) * 1000, 0)
           else 'infinity'
         end::float8 as moment
  from unnest($1::bigint[], $2::bigint[], $3::text[])
         with ordinality as position (epoch, seq, topics, nth)
    left join outbox_watermark as mark on mark.epoch = position.epoch
  order by position.nth`;

/** Positions in a forgotten epoch count as published, which they are. */
const FORGET_DRAINED = `
  delete from outbox_writer where epoch in (
    select epoch from outbox_watermark where drained_at < now() - interval '7 days')`;

interface OutboxRow extends WireMessage {
  readonly seq: string;
}

export class PostgresOutboxStorage implements OutboxStorage {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  async openEpoch(owner: string, leaseMs: number): Promise<string> {
    const rows = await this.database.query<{ epoch: string }>(OPEN_EPOCH, [owner, leaseMs]);
    return (rows[0] as { epoch: string }).epoch;
  }

  async insert(tx: Tx, epoch: string, rows: readonly StoredMessage[]): Promise<boolean> {
    const [result] = await tx.query<{ open: number }>(INSERT, [
      epoch,
      rows.map(({ seq }) => seq),
      rows.map(({ message }) => message.topic),
      rows.map(({ message }) => message.partition),
      rows.map(({ message }) => message.key),
      jsonList(rows.map(({ message }) => message.headers)),
      jsonTexts(rows.map(({ message }) => message.value)),
    ]);
    return result?.open === 1;
  }

  renew(updates: readonly WatermarkUpdate[], leaseMs: number): Promise<EpochState[]> {
    return this.database.query<EpochState>(RENEW, [
      updates.map(({ epoch }) => epoch),
      updates.map(({ publishedUpTo }) => publishedUpTo),
      updates.map(({ behind }) => behind),
      updates.map(({ stuck }) => stuck?.topics.join(',') ?? ''),
      updates.map(({ stuck, publishedUpTo }) => stuck?.othersUpTo ?? publishedUpTo),
      updates.map(({ stuck, behind }) => stuck?.othersBehind ?? behind),
      leaseMs,
    ]);
  }

  async claimExpired(leaseMs: number): Promise<ClaimedEpoch[]> {
    const rows = await this.database.query<{ epoch: string; publishedUpTo: string }>(
      CLAIM_EXPIRED,
      [leaseMs],
    );
    return rows.map(({ epoch, publishedUpTo }) => ({
      epoch,
      publishedUpTo: Number(publishedUpTo),
    }));
  }

  /** Two statements on purpose: the second one's snapshot must see what the first one waited for. */
  async close(epoch: string, publishedUpTo: number): Promise<number> {
    await this.database.query('update outbox_writer set closed = true where epoch = $1', [epoch]);
    const [row] = await this.database.query<{ last: string | null }>(
      'select max(seq) as last from outbox where epoch = $1 and seq > $2',
      [epoch, publishedUpTo],
    );
    return Number(row?.last ?? 0);
  }

  async read(epoch: string, from: number, to: number, limit: number): Promise<StoredMessage[]> {
    const rows = await this.database.query<OutboxRow>(READ, [epoch, from, to, limit]);
    return rows.map(({ seq, ...message }) => ({ seq: Number(seq), message }));
  }

  async drain(epoch: string, publishedUpTo: number): Promise<void> {
    await this.database.query(
      `update outbox_watermark set drained = true, drained_at = now(),
         published_up_to = greatest(published_up_to, $2)
       where epoch = $1 and not drained`,
      [epoch, publishedUpTo],
    );
  }

  async release(epoch: string): Promise<void> {
    await this.database.query(
      'update outbox_watermark set lease_until = now() where epoch = $1 and not drained',
      [epoch],
    );
  }

  async publishedBy(tx: Tx, positions: readonly AskedPosition[]): Promise<number[]> {
    const rows = await tx.query<{ moment: number }>(PUBLISHED_BY, [
      positions.map(({ epoch }) => epoch),
      positions.map(({ seq }) => seq),
      positions.map(({ topics }) => topics?.join(',') ?? null),
    ]);
    return rows.map(({ moment }) => moment);
  }

  async forgetDrained(): Promise<void> {
    await this.database.query(FORGET_DRAINED);
  }
}
