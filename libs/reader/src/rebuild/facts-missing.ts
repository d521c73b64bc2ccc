import type { Tx } from '#messaging';
import type { Rebuildable } from './rebuildable.js';

export interface FactsMissing {
  readonly count: number;
  /** A few of them, for people. */
  readonly examples: readonly string[];
}

type Side = 'public' | 'shadow';
interface Sides {
  readonly from: Side;
  readonly in: Side;
}

const EXAMPLES = 3;

/** Facts that one side has and the other has not. */
export async function factsMissing(
  tx: Tx,
  tables: Rebuildable['facts'],
  sides: Sides,
): Promise<FactsMissing> {
  let count = 0;
  const examples: string[] = [];
  // All of a table against all of another: row by row by an index takes many times as long.
  await joinByHash(tx, 'on');
  for (const table of tables) {
    const missing = await missingOf(tx, table, sides);
    count += missing.count;
    examples.push(...missing.examples);
  }
  await joinByHash(tx, 'off');
  return { count, examples: examples.slice(0, EXAMPLES) };
}

const joinByHash = (tx: Tx, how: 'on' | 'off'): Promise<unknown> =>
  tx.query(
    `select set_config('enable_hashjoin', $1, true), set_config('enable_seqscan', $1, true)`,
    [how],
  );

async function missingOf(
  tx: Tx,
  { table, key }: Rebuildable['facts'][number],
  { from, in: other }: Sides,
): Promise<FactsMissing> {
  const same = key.map((column) => `theirs.${column} = ours.${column}`).join(' and ');
  const missing = `from ${from}.${table} as ours
    where not exists (select from ${other}.${table} as theirs where ${same})`;
  const [row] = await tx.query<{ count: string }>(`select count(*) as count ${missing}`);
  const count = Number(row?.count);
  if (count === 0) return { count, examples: [] };
  const columns = key.map((column) => `ours.${column}`).join(', ');
  const rows = await tx.query<{ fact: string }>(
    `select concat_ws(' ', ${columns}) as fact ${missing} limit ${EXAMPLES}`,
  );
  return { count, examples: rows.map(({ fact }) => `${table} ${fact}`) };
}
