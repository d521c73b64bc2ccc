/**
 * Reads a stream a stretch at a time, the newest sagas first, and of each stretch the rows that meet the
 * whole filter. Where a search finds little in much it ends after a while, and says how far it came.
 */
import type { Database } from '#messaging';
import { runtime } from '#platform';
import type { SagaInstance } from '#saga';
import { fromRow, INSTANCE_COLUMNS, type InstanceRow } from '../stored-instance.js';
import { conditionSql, conditionValues } from './conditions.js';
import { idRange, type SagaFilter } from './filter.js';
import { isWhole, streamsOf, type Stream } from './streams.js';
import { nextLength, type StretchLimits } from './stretch-length.js';

export interface SearchLimits extends StretchLimits {
  /** A stream that is no longer than this is read as a whole. */
  readonly short: number;
  /** Documents that are read at once, at most. */
  readonly documents: number;
  /** No stretch is begun after this, so that an answer is there within twice the time. */
  readonly searchMs: number;
}

const LIMITS: SearchLimits = {
  short: 5_000,
  firstStretch: 200,
  longestStretch: 10_000,
  documents: 500,
  searchMs: 100,
};

interface Range {
  readonly before: string;
  readonly after: string;
}

interface Stretch {
  readonly rows: readonly InstanceRow[];
  /** Ids that were looked at. */
  readonly walked: number;
  /** The oldest of them. */
  readonly last: string | null;
}

/** Own parameters of the condition begin after range, length of the stretch and of the answer. */
const FIXED = 4;
const CONDITIONS = conditionValues({}).length;
const condition = conditionSql((own) => `$${FIXED + 1 + own}`);
const ownOfStream = (own: number): string => `$${FIXED + 1 + CONDITIONS + own}`;

// Nothing of the condition is of use to an index, so that there is one way to join: look up what was walked.
const stretchSql = (stream: Stream, columns: string): string => `
  with walked (saga_id) as materialized (${stream.sql(ownOfStream)})
  select w.walked, w.last, found.*
    from (select count(*)::int as walked,
                 (select saga_id from walked order by saga_id limit 1) as last from walked) w
    left join lateral (
      select ${columns}
        from walked join saga_instance i on i.id = walked.saga_id
       where ${condition}
       order by i.id desc limit $4) found on true
   order by found.id desc`;

const textOf = (stream: Stream, columns: string): string => {
  const key = `${stream.name.split(' ')[0]} ${columns}`;
  const known = texts.get(key) ?? stretchSql(stream, columns);
  texts.set(key, known);
  return known;
};
const texts = new Map<string, string>();

const readStretch = async (
  database: Database,
  { stream, range, length, limit, filter, columns }: StretchOptions,
): Promise<Stretch> => {
  const rows = await database.query<InstanceRow & { walked: number; last: string | null }>(
    textOf(stream, columns),
    [range.before, range.after, length, limit, ...conditionValues(filter), ...stream.values],
  );
  const [first] = rows;
  if (!first) throw new Error('a stretch said nothing');
  return { rows: rows.filter(({ id }) => id !== null), walked: first.walked, last: first.last };
};

interface StretchOptions {
  readonly stream: Stream;
  readonly range: Range;
  readonly length: number;
  readonly limit: number;
  readonly filter: SagaFilter;
  readonly columns: string;
}

/** The shortest, where one is short; else the first that has an order. */
const chooseStream = async (
  database: Database,
  filter: SagaFilter,
  range: Range,
  { short, firstStretch }: SearchLimits,
): Promise<Stream> => {
  const streams = streamsOf(filter);
  const telling = streams.slice(0, -1);
  if (telling.length <= 1 && streams[0]?.ordered) return streams[0];
  let best: Stream | undefined;
  let fewest = short + 1;
  for (const stream of telling) {
    const count = await countStream(database, stream, range, fewest);
    if (count < fewest) [best, fewest] = [stream, count];
    if (fewest < firstStretch) break;
  }
  return best ?? firstOrdered(streams);
};

/** All sagas are the last resort, so that there always is one. */
const firstOrdered = (streams: readonly Stream[]): Stream =>
  streams.find(({ ordered }) => ordered) as Stream;

/** How many there are up to `most`, where one stream is the whole answer; else undefined. */
export const countByIndex = async (
  database: Database,
  filter: SagaFilter,
  most: number,
): Promise<number | undefined> => {
  const stream = streamsOf(filter).find((one) => isWhole(filter, one));
  return stream && countStream(database, stream, idRange(filter), most);
};

const countStream = async (
  database: Database,
  stream: Stream,
  { before, after }: Range,
  most: number,
): Promise<number> => {
  const [row] = await database.query<{ count: number }>(
    `select count(*)::int as count from (${stream.sql((own) => `$${4 + own}`)}) s`,
    [before, after, most, ...stream.values],
  );
  return row?.count ?? 0;
};

export interface Walk<Row> {
  readonly found: readonly Row[];
  /** Whether that is all there is. */
  readonly whole: boolean;
  /** Everything newer than, and with, this id has been looked at. */
  readonly upTo: string;
}

export interface WalkOptions {
  readonly limit: number;
  readonly cursor?: string;
  readonly limits?: SearchLimits;
}

/** @returns the newest that meet the filter, `limit` or somewhat more; fewer when time was over */
export const walkInstances = async (
  database: Database,
  filter: SagaFilter,
  { limit, ...options }: WalkOptions,
): Promise<Walk<SagaInstance>> => {
  const matches = filter.document?.matches ?? (() => true);
  const found: SagaInstance[] = [];
  return walk(database, filter, {
    ...options,
    columns: INSTANCE_COLUMNS,
    found,
    wanted: () => limit - found.length,
    take: (rows) => {
      found.push(...rows.map((row) => fromRow(row).instance).filter(matches));
    },
  });
};

/** @returns the ids alone, for which no document is read unless the filter asks for it */
export const walkIds = async (
  database: Database,
  filter: SagaFilter,
  { limit, ...options }: WalkOptions,
): Promise<Walk<string>> => {
  if (filter.document) {
    const { found, ...rest } = await walkInstances(database, filter, { limit, ...options });
    return { ...rest, found: found.map(({ id }) => id) };
  }
  const found: string[] = [];
  return walk(database, filter, {
    ...options,
    columns: 'i.id',
    found,
    wanted: () => limit - found.length,
    take: (rows) => void found.push(...rows.map(({ id }) => id)),
  });
};

interface WalkParts<Row> extends Omit<WalkOptions, 'limit'> {
  readonly columns: string;
  readonly found: readonly Row[];
  readonly wanted: () => number;
  readonly take: (rows: readonly InstanceRow[]) => void;
}

async function walk<Row>(
  database: Database,
  filter: SagaFilter,
  { cursor, limits = LIMITS, columns, found, wanted, take }: WalkParts<Row>,
): Promise<Walk<Row>> {
  const endsMs = runtime.monotonicMs() + limits.searchMs;
  let range = idRange(filter, cursor);
  let stream = await chooseStream(database, filter, range, limits);
  let length = stream.ordered ? limits.firstStretch : limits.short + 1;
  for (;;) {
    const begunMs = runtime.monotonicMs();
    // of what documents are read for not all is meant
    const limit = filter.document ? limits.documents : wanted();
    const stretch = await readStretch(database, { stream, range, length, limit, filter, columns });
    if (!stream.ordered && stretch.walked === length) {
      // It has grown since it was counted, and no part of it is a page.
      [stream, length] = [firstOrdered(streamsOf(filter)), limits.firstStretch];
      continue;
    }
    take(stretch.rows);
    // As many as were asked for: there may be more in what was walked.
    const cut = stretch.rows.length === limit ? stretch.rows.at(-1)?.id : undefined;
    const upTo = cut ?? stretch.last ?? range.after;
    if (cut === undefined && stretch.walked < length) return { found, whole: true, upTo };
    const nowMs = runtime.monotonicMs();
    if (wanted() <= 0 || nowMs > endsMs) return { found, whole: false, upTo };
    range = { ...range, before: upTo };
    // What has no order is walked as a whole each time.
    if (!stream.ordered) continue;
    const last = { length, tookMs: nowMs - begunMs, isCut: cut !== undefined };
    length = nextLength(last, endsMs - nowMs, limits);
  }
}
