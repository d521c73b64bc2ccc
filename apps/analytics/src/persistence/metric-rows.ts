import { allStatements, type Tx } from '#messaging';
import type { Contribution } from '../domain/figures.js';
import { columnOf, metricTables, type MetricTable } from './metric-tables.js';

interface Statements {
  readonly table: MetricTable;
  /** @returns the keys of the rows that have nothing left to tell */
  readonly add: string;
  readonly clear: string;
}

const statements: readonly Statements[] = metricTables.map((table) => {
  const columns = table.figures.map(columnOf);
  const key = [columnOf(table.dimension), 'day', 'currency'];
  const keyTypes = [`${columnOf(table.dimension)} text`, 'day date', 'currency text'];
  const isEmpty = columns.map((column) => `m.${column} = 0`).join(' and ');
  return {
    table,
    add: `
      with added as (
        insert into ${table.name} as m (${[...key, ...columns].join(', ')})
        select ${[...key, ...columns.map((column) => `coalesce(${column}, 0)`)].join(', ')}
          from jsonb_to_recordset($1::jsonb)
            as n (${[...keyTypes, ...columns.map((column) => `${column} bigint`)].join(', ')})
        on conflict (${key.join(', ')}) do update
          set ${columns.map((column) => `${column} = m.${column} + excluded.${column}`).join(', ')}
        returning ${key.map((column) => `m.${column}`).join(', ')}, ${isEmpty} as is_empty)
      select ${key.join(', ')} from added where is_empty`,
    clear: `
      delete from ${table.name} as m
       using jsonb_to_recordset($1::jsonb) as n (${keyTypes.join(', ')})
       where ${key.map((column) => `m.${column} = n.${column}`).join(' and ')} and ${isEmpty}`,
  };
});

/** What is to be added to one row of a table. */
interface Addition {
  readonly key: string;
  readonly row: Record<string, string | number>;
}

/**
 * Adds to the figures, one statement a table. Rows are written in the order of their keys, and tables
 * in their order, so that two replicas cannot deadlock. Where everything was taken back, no row stays.
 * @param sums each place once
 */
export async function addToMetrics(tx: Tx, sums: readonly Contribution[]): Promise<void> {
  await allStatements(
    statements.map(async ({ table, add, clear }) => {
      const rows = additionsTo(table, sums).map(({ row }) => row);
      if (rows.length === 0) return;
      const empty = await tx.query(add, [JSON.stringify(rows)]);
      if (empty.length > 0) await tx.query(clear, [JSON.stringify(empty)]);
    }),
  );
}

function additionsTo(
  { dimension, figures }: MetricTable,
  sums: readonly Contribution[],
): Addition[] {
  const wanted = new Set<string>(figures);
  const found = new Map<string, Addition>();
  for (const { day, currency, figures: amounts, ...place } of sums) {
    const dimensionValue = place[dimension];
    const key = JSON.stringify([dimensionValue, day, currency]);
    for (const [figure, amount] of Object.entries(amounts)) {
      if (!wanted.has(figure)) continue;
      const addition = found.get(key) ?? {
        key,
        row: { [columnOf(dimension)]: dimensionValue, day, currency },
      };
      found.set(key, addition);
      const column = columnOf(figure);
      addition.row[column] = Number(addition.row[column] ?? 0) + amount;
    }
  }
  return [...found.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}
