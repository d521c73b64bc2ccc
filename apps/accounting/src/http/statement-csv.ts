/** A whole statement as CSV (RFC 4180), read page by page while it is sent. */
import type { Tx } from '#messaging';
import { csvRow, type CsvValue } from '#platform';
import {
  readFrame,
  readLines,
  type LinePlace,
  type StatementQuery,
} from '../persistence/read-statement.js';
import { runOn } from './statement-lines.js';

const PAGE = 1_000;
const COLUMNS = [
  ...['day', 'occurredAt', 'fact', 'aggregateType', 'aggregateId', 'merchantId', 'entryId'],
  ...['currency', 'debit', 'credit', 'balance'],
] as const;

type Cells = Partial<Record<(typeof COLUMNS)[number], CsvValue>>;

/** Amounts are minor units. The balance in the last row is that of the rows before it. */
export async function* csvOf(tx: Tx, query: StatementQuery): AsyncGenerator<string> {
  const { currency, from, to } = query;
  const { before } = await readFrame(tx, query);
  let balance = before.debit - before.credit;
  yield csvRow(COLUMNS);
  yield rowOf({ day: from, fact: 'opening balance', currency, balance });
  for (let after: LinePlace | undefined; ;) {
    const found = await readLines(tx, query, { after, limit: PAGE });
    const lines = runOn(found, balance);
    yield lines.map((line) => rowOf({ ...line, currency })).join('');
    balance = lines.at(-1)?.balance ?? balance;
    after = found.at(-1);
    if (found.length < PAGE) break;
  }
  yield rowOf({ day: to, fact: 'closing balance', currency, balance });
}

const rowOf = (cells: Cells): string => csvRow(COLUMNS.map((name) => cells[name]));
