import type { Tx } from '#messaging';

export interface DayClose {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly entries: number;
  /** SHA-256, hex. */
  readonly hash: string;
  /** Of the day closed before. */
  readonly previousHash: string | null;
}

/** A day that takes no entry any more; its hash may still be to come. */
export interface EndedDay {
  readonly day: string;
  readonly endedAt: Date;
  readonly close?: DayClose & { readonly closedAt: Date };
}

const text = (column: string): string => `to_char(${column}, 'YYYY-MM-DD')`;

/**
 * Up to this day and with it, none takes an entry any more. Those get a row that have entries, and
 * the day itself. `lockDays` comes first.
 * @returns those that had none, in their order; undefined where a later day has ended already
 */
export async function endDays(tx: Tx, upTo: string): Promise<string[] | undefined> {
  const last = await lastEndedDay(tx);
  if (last !== undefined && last >= upTo) return last === upTo ? [] : undefined;
  const rows = await tx.query<{ day: string }>(
    `with recursive found (day) as (
       (select day from entry where day > $1::date order by day limit 1)
       union all
       select (select e.day from entry e where e.day > f.day order by e.day limit 1)
         from found f where f.day < $2::date
     )
     insert into day_end (day)
     select day from found where day < $2::date union select $2::date order by 1
     returning ${text('day')} as day`,
    [last ?? '0001-01-01', upTo],
  );
  return rows.map(({ day }) => day).sort();
}

export async function lastEndedDay(tx: Tx): Promise<string | undefined> {
  const [row] = await tx.query<{ day: string | null }>(
    `select ${text('max(day)')} as day from day_end`,
  );
  return row?.day ?? undefined;
}

/** Whether anything was ever booked. */
export async function hasEntries(tx: Tx): Promise<boolean> {
  return (await tx.query('select 1 from entry limit 1')).length > 0;
}

/**
 * The first day that has ended and has no hash yet, with the hash that it follows. Until the
 * transaction ends nobody else is given one.
 * @returns undefined where there is none, or somebody else has it
 */
export async function takeDayToClose(
  tx: Tx,
): Promise<{ readonly day: string; readonly previousHash: string | null } | undefined> {
  const [lock] = await tx.query<{ mine: boolean }>(
    `select pg_try_advisory_xact_lock(hashtext('accounting.day-close')) as mine`,
  );
  if (!lock?.mine) return undefined;
  const [row] = await tx.query<{ day: string; previousHash: string | null }>(
    `select ${text('d.day')} as day, c.hash as "previousHash"
       from (select max(day) as day from day_close) last
       left join day_close c on c.day = last.day
       join lateral (select e.day from day_end e
                      where e.day > coalesce(last.day, '0001-01-01') order by e.day limit 1) d on true`,
  );
  return row;
}

export async function addDayClose(tx: Tx, close: DayClose): Promise<void> {
  await tx.query(
    'insert into day_close (day, entries, hash, previous_hash) values ($1::date, $2, $3, $4)',
    [close.day, close.entries, close.hash, close.previousHash],
  );
}

type Row = Omit<EndedDay, 'close'> &
  Record<'entries' | 'hash' | 'previousHash' | 'closedAt', unknown>;

const COLUMNS = `${text('e.day')} as day, e.ended_at as "endedAt", c.entries, c.hash,
  c.previous_hash as "previousHash", c.closed_at as "closedAt"`;

const endedDay = ({ day, endedAt, ...close }: Row): EndedDay => ({
  ...{ day, endedAt },
  ...(close.hash !== null && { close: { day, ...close } as NonNullable<EndedDay['close']> }),
});

export async function findEndedDay(tx: Tx, day: string): Promise<EndedDay | undefined> {
  const [row] = await tx.query<Row>(
    `select ${COLUMNS} from day_end e left join day_close c on c.day = e.day
      where e.day = $1::date`,
    [day],
  );
  return row && endedDay(row);
}

/** The latest first. @param before the last one of the page before */
export async function listEndedDays(
  tx: Tx,
  { before, limit }: { readonly before?: string | undefined; readonly limit: number },
): Promise<EndedDay[]> {
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from day_end e left join day_close c on c.day = e.day
      where e.day < $1::date order by e.day desc limit $2`,
    [before ?? '9999-12-31', limit],
  );
  return rows.map(endedDay);
}
