/** Computes anew all that the ledger says of itself, and names the first thing that is not so. */
import pg from 'pg';
import { dayHash } from '../../apps/accounting/src/domain/day-hash.js';
import { hashedEntries } from '../../apps/accounting/src/persistence/hashed-entries.js';
import type { Tx } from '#messaging';

export interface Verified {
  readonly entries: number;
  readonly lines: number;
  /** Closed days, and the hash of the last one. */
  readonly days: number;
  readonly lastDay?: string;
  readonly lastHash?: string;
  /** The first break; absent where there is none. */
  readonly broken?: string;
}

export interface VerifyOptions {
  /** A closed day's hash as it was noted elsewhere. */
  readonly expect?: { readonly day: string; readonly hash: string };
  readonly progress?: (text: string) => void;
}

/** All of it as of one moment, however long it takes: the service may go on working. */
export async function verifyLedger(url: string, options: VerifyOptions = {}): Promise<Verified> {
  const client = new pg.Client({ connectionString: url, application_name: 'ledger-verify' });
  await client.connect();
  try {
    const tx: Tx = {
      query: async <Row>(sql: string, params: readonly unknown[] = []) =>
        (await client.query(sql, [...params])).rows as Row[],
    };
    await tx.query('begin isolation level repeatable read read only');
    await tx.query(`set local timezone = 'UTC'`);
    return await verify(tx, options);
  } finally {
    await client.end();
  }
}

async function verify(tx: Tx, options: VerifyOptions): Promise<Verified> {
  const [counts] = await tx.query<{ entries: number; lines: number }>(
    `select (select count(*)::float8 from entry) as entries,
            (select count(*)::float8 from entry_line) as lines`,
  );
  const { entries = 0, lines = 0 } = counts ?? {};
  for (const { what, sql } of CHECKS) {
    options.progress?.(what);
    const [found] = await tx.query<{ broken: string }>(sql);
    if (found) return { entries, lines, days: 0, broken: found.broken };
  }
  return { entries, lines, ...(await verifyChain(tx, options)) };
}

interface Close {
  readonly day: string;
  readonly entries: number;
  readonly hash: string;
  readonly previousHash: string | null;
}

async function verifyChain(
  tx: Tx,
  { expect, progress }: VerifyOptions,
): Promise<Omit<Verified, 'entries' | 'lines'>> {
  const closes = await tx.query<Close>(
    `select to_char(day, 'YYYY-MM-DD') as day, entries, hash, previous_hash as "previousHash"
       from day_close order by day_close.day`,
  );
  let previous: Close | undefined;
  for (const close of closes) {
    progress?.(`the hash of ${close.day}`);
    const broken = await brokenLink(tx, close, previous);
    if (broken !== undefined) return { ...after(previous, closes), broken };
    previous = close;
  }
  const noted = expect && closes.find(({ day }) => day === expect.day)?.hash;
  if (expect && noted !== expect.hash) {
    const broken = `the day ${expect.day} was noted with another hash than ${noted ?? 'none'}`;
    return { ...after(previous, closes), broken };
  }
  return after(previous, closes);
}

const after = (last: Close | undefined, closes: readonly Close[]) => ({
  days: last ? closes.indexOf(last) + 1 : 0,
  ...(last && { lastDay: last.day, lastHash: last.hash }),
});

async function brokenLink(
  tx: Tx,
  { day, entries, hash, previousHash }: Close,
  previous: Close | undefined,
): Promise<string | undefined> {
  if (previousHash !== (previous?.hash ?? null)) {
    return `the day ${day} does not follow the hash of ${previous?.day ?? 'nothing'}`;
  }
  const computed = dayHash(day, previousHash);
  for await (const page of hashedEntries(tx, day)) computed.add(page);
  const found = computed.end();
  if (found.entries !== entries) {
    return `the day ${day} was closed with ${entries} entries and has ${found.entries}`;
  }
  if (found.hash !== hash) return `the entries of ${day} are not those that it was closed with`;
  return undefined;
}

const CHECKS: readonly { readonly what: string; readonly sql: string }[] = [
  {
    what: 'every entry has its lines',
    sql: `select 'the entry ' || e.entry_id || ' says ' || e.lines || ' lines and has '
                 || count(l.entry_id) as broken
            from entry e left join entry_line l on l.entry_id = e.entry_id
           group by e.entry_id
          having count(l.entry_id) <> e.lines or min(l.line) <> 1 or max(l.line) <> e.lines
              or bool_or(l.day <> e.day or l.occurred_at <> e.occurred_at)
           order by e.entry_id limit 1`,
  },
  {
    what: 'every line has its entry',
    sql: `select 'the line ' || l.line || ' of ' || l.entry_id || ' has no entry' as broken
            from entry_line l
           where not exists (select from entry e where e.entry_id = l.entry_id)
           order by l.entry_id, l.line limit 1`,
  },
  {
    what: 'every entry balances',
    sql: `select 'the entry ' || entry_id || ' does not balance in ' || currency || ': debit '
                 || sum(debit) || ', credit ' || sum(credit) as broken
            from entry_line group by entry_id, currency having sum(debit) <> sum(credit)
           order by entry_id limit 1`,
  },
  {
    what: 'the sums of the days',
    sql: difference(
      'day_total',
      `select currency, account, merchant_id, day, sum(debit) as debit, sum(credit) as credit
         from entry_line group by 1, 2, 3, 4`,
      ['currency', 'account', 'merchant_id', 'day'],
    ),
  },
  {
    what: 'the balances',
    sql: difference(
      'balance',
      `select currency, account, merchant_id, sum(debit) as debit, sum(credit) as credit
         from entry_line group by 1, 2, 3`,
      ['currency', 'account', 'merchant_id'],
    ),
  },
  {
    what: 'no closed day waits for its hash behind one that has it',
    sql: `select 'the day ' || d.day || ' was closed and has no hash' as broken
            from day_end d
           where d.day < (select max(day) from day_close)
             and not exists (select from day_close c where c.day = d.day)
           order by d.day limit 1`,
  },
  {
    what: 'no entry is on a day before the first that was closed',
    sql: `select 'the entry ' || e.entry_id || ' is on ' || e.day || ', which was closed without it'
                 as broken
            from entry e
           where e.day <= (select max(day) from day_end)
             and not exists (select from day_end d where d.day = e.day)
           order by e.entry_id limit 1`,
  },
];

function difference(table: string, computed: string, key: readonly string[]): string {
  const columns = key.map((column) => `nullif(coalesce(t.${column}, c.${column})::text, '')`);
  return `
    select concat_ws(' ', 'the ${table} of', ${columns.join(', ')}) || ' says debit '
           || coalesce(t.debit, 0) || ', credit ' || coalesce(t.credit, 0)
           || '; its lines are debit ' || coalesce(c.debit, 0) || ', credit '
           || coalesce(c.credit, 0) as broken
      from ${table} t full join (${computed}) c using (${key.join(', ')})
     where coalesce(t.debit, 0) <> coalesce(c.debit, 0)
        or coalesce(t.credit, 0) <> coalesce(c.credit, 0)
     order by 1 limit 1`;
}
