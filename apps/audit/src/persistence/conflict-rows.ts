import type { Tx } from '#messaging';

/** Anything that runs a statement: the database itself, or a transaction. */
type Queries = Pick<Tx, 'query'>;

/** A fact that said something else than the one of its source and id. */
export interface Conflict {
  /** int8. */
  readonly conflictId: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** JSON. */
  readonly data: string;
  readonly foundAt: Date;
}

/** The newest first. @param before an id; those found before it */
export const listConflicts = (
  database: Queries,
  before: string | undefined,
  limit: number,
): Promise<Conflict[]> =>
  database.query<Conflict>(
    `select conflict_id as "conflictId", source, event_id as id, type, subject, time, topic,
            partition, kafka_offset as offset, data::text as data, found_at as "foundAt"
       from event_conflict where conflict_id < $1::bigint order by conflict_id desc limit $2`,
    [before ?? '9223372036854775807', limit],
  );
