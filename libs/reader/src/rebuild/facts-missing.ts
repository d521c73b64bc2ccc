import type { Tx } from '#messaging';
import type { Rebuildable } from './rebuildable.js';

export interface FactsMissing {
  readonly count: number;
  /** A few of them, for people. */
  readonly examples: string;
}

type Side = 'public' | 'shadow';

const EXAMPLES = 3;

/** Facts that one side has and the other has not. */
export async function factsMissing(
  tx: Tx,
  { table, key }: Rebuildable['facts'],
  { from, in: other }: { from: Side; in: Side },
): Promise<FactsMissing> {
  const same = key.map((column) => `theirs.${column} = ours.${column}`).join(' and ');
  const missing = `from ${from}.${table} as ours
    where not exists (select from ${other}.${table} as theirs where ${same})`;
  const [row] = await tx.query<{ count: string }>(`select count(*) as count ${missing}`);
  const count = Number(row?.count);
  if (count === 0) return { count, examples: '' };
  const columns = key.map((column) => `ours.${column}`).join(', ');
  const rows = await tx.query<{ fact: string }>(
    `select concat_ws(' ', ${columns}) as fact ${missing} limit ${EXAMPLES}`,
  );
  return { count, examples: rows.map(({ fact }) => fact).join(', ') };
}
