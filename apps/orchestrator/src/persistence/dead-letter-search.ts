/** Reading dead letters: lists by any of their marks, counts, and one whole. */
import type { Database, Tx } from '#messaging';
import type { DeadLetter } from '../domain/dead-letter.js';
import type { Closed, DeadLetterStatus } from '../domain/redrive.js';

export interface DeadLetterFilter {
  readonly topic?: string | undefined;
  readonly status?: DeadLetterStatus | undefined;
  readonly code?: string | undefined;
  readonly type?: string | undefined;
  readonly key?: string | undefined;
  readonly sagaId?: string | undefined;
  /** Died at or after. */
  readonly from?: Date | undefined;
  /** Died before. */
  readonly to?: Date | undefined;
}

export type ListedLetter = Omit<DeadLetter, 'wholeKey' | 'headers' | 'value'> & Closed;

export type WholeLetter = ListedLetter &
  Pick<DeadLetter, 'wholeKey' | 'headers' | 'value'> & {
    readonly storedAt: Date;
    /** The dead letters that it became when it was sent again. */
    readonly diedAgainAs: readonly string[];
  };

const LISTED = `id, topic, partition, "offset", key, code, message, readers, type, source,
  event_id as "eventId", saga_id as "sagaId", died_at as "diedAt", attempt,
  redrive_of as "redriveOf", not_after as "notAfter", truncated, unfit, status,
  closed_at as "closedAt", closed_by as "closedBy", closed_why as "closedWhy"`;

/** Conditions and their values, numbered as they come. */
class Conditions {
  readonly values: unknown[] = [];
  readonly #texts: string[] = [];

  constructor({ topic, status, code, type, key, sagaId, from, to }: DeadLetterFilter) {
    this.and('topic = ?', topic);
    this.and('status = ?', status);
    this.and('code = ?', code);
    this.and('type = ?', type);
    this.and('key = ?', key);
    this.and('saga_id = ?', sagaId);
    this.and('died_at >= ?', from?.toISOString());
    this.and('died_at < ?', to?.toISOString());
  }

  and(text: string, ...values: readonly unknown[]): void {
    if (values.includes(undefined)) return;
    let next = this.values.length;
    this.#texts.push(text.replaceAll('?', () => `$${(next += 1)}`));
    this.values.push(...values);
  }

  /** A value outside of the conditions. */
  parameter(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  get where(): string {
    return this.#texts.length > 0 ? `where ${this.#texts.join(' and ')}` : '';
  }
}

/** The last letter of the page before. */
export interface ListPlace {
  readonly diedAt: Date;
  readonly id: string;
}

/** Latest death first. */
export function listDeadLetters(
  database: Pick<Database, 'query'>,
  filter: DeadLetterFilter,
  after: ListPlace | undefined,
  limit: number,
): Promise<ListedLetter[]> {
  const conditions = new Conditions(filter);
  conditions.and(
    '(died_at, id) < (?::timestamptz, ?::uuid)',
    after?.diedAt.toISOString(),
    after?.id,
  );
  return database.query<ListedLetter>(
    `select ${LISTED} from dead_letter ${conditions.where}
      order by died_at desc, id desc limit ${conditions.parameter(limit)}`,
    conditions.values,
  );
}

/** How many there are, counted up to `atMost`. */
export async function countDeadLetters(
  database: Pick<Database, 'query'>,
  filter: DeadLetterFilter,
  atMost: number,
): Promise<number> {
  const conditions = new Conditions(filter);
  const [row] = await database.query<{ count: number }>(
    `select count(*)::int as count from (
       select from dead_letter ${conditions.where} limit ${conditions.parameter(atMost)}) as found`,
    conditions.values,
  );
  return row?.count ?? 0;
}

export interface OpenCount {
  readonly topic: string;
  readonly code: string;
  readonly count: number;
  readonly oldest: Date;
}

/** The open ones, by topic and code. */
export const countOpen = (database: Pick<Database, 'query'>): Promise<OpenCount[]> =>
  database.query<OpenCount>(
    `select topic, code, count(*)::int as count, min(died_at) as oldest
       from dead_letter where status = 'open' group by topic, code order by topic, code`,
  );

export async function findDeadLetter(
  database: Pick<Database, 'query'>,
  id: string,
): Promise<WholeLetter | undefined> {
  const [row] = await database.query<WholeLetter>(
    `select ${LISTED}, stored_at as "storedAt", whole_key as "wholeKey", headers, value,
            array(select again.id::text from dead_letter as again
                   where again.redrive_of = dead_letter.id order by again.died_at, again.id)
              as "diedAgainAs"
       from dead_letter where id = $1`,
    [id],
  );
  return row;
}

/** How far a filter has been gone through. */
export interface OpenPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly id: string;
}

/** Open ones that were there at `storedUntil`, in the order of their topics and offsets. */
export function openPlaces(
  tx: Tx,
  filter: Omit<DeadLetterFilter, 'status'>,
  {
    storedUntil,
    after,
    limit,
  }: { storedUntil: Date; after?: OpenPlace | undefined; limit: number },
): Promise<OpenPlace[]> {
  const conditions = new Conditions({ ...filter });
  conditions.and(`status = 'open' and stored_at <= ?`, storedUntil.toISOString());
  conditions.and(
    '(topic, partition, "offset", id) > (?::text, ?::int, ?::bigint, ?::uuid)',
    ...[after?.topic, after?.partition, after?.offset, after?.id],
  );
  return tx.query<OpenPlace>(
    `select topic, partition, "offset", id from dead_letter ${conditions.where}
      order by topic, partition, "offset", id limit ${conditions.parameter(limit)}`,
    conditions.values,
  );
}
