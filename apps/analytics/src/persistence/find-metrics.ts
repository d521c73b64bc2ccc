import type { Tx } from '#messaging';
import type { Figure } from '../domain/figures.js';
import { columnOf, type MetricTable } from './metric-tables.js';

export const GROUPINGS = ['day', 'week', 'month', 'total'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface MetricsQuery {
  /** The merchant or the channel. */
  readonly of: string;
  /** Days, both included. */
  readonly from: string;
  readonly to: string;
  readonly currency?: string | undefined;
  readonly groupBy: Grouping;
  /** Only what lies behind it. */
  readonly after?: MetricsPlace | undefined;
  readonly limit: number;
}

/** By which rows are sorted: the first day of the group, and the currency. */
export interface MetricsPlace {
  readonly period: string;
  readonly currency: string;
}

/** Sums over the days of one group. */
export interface MetricsRow<One extends Figure> extends MetricsPlace {
  /** The days of the group that lie within those asked for, both included. */
  readonly from: string;
  readonly to: string;
  readonly figures: Readonly<Record<One, number>>;
}

/** A group's first day and the day after its last. Weeks begin on Monday (ISO 8601). */
const PERIODS: Readonly<Record<Grouping, readonly [first: string, end: string]>> = {
  day: ['day', `day + 1`],
  week: [`date_trunc('week', day)::date`, `(date_trunc('week', day) + interval '1 week')::date`],
  month: [
    `date_trunc('month', day)::date`,
    `(date_trunc('month', day) + interval '1 month')::date`,
  ],
  total: ['$2::date', '$3::date + 1'],
};

type Row = Record<string, string>;

/** One more than `limit` where there are more. Each grouping and table has a text and a plan of its own. */
export async function findMetrics<One extends Figure>(
  database: Pick<Tx, 'query'>,
  { name, dimension, figures }: MetricTable<One>,
  { of, from, to, currency, groupBy, after, limit }: MetricsQuery,
): Promise<MetricsRow<One>[]> {
  const [first, end] = PERIODS[groupBy];
  const sums = figures.map((figure) => `sum(${columnOf(figure)}) as "${figure}"`).join(', ');
  const rows = await database.query<Row>(
    `select period::text, greatest(period, $2::date)::text as "from",
            least(until - 1, $3::date)::text as "to", currency, ${sums}
       from (select *, ${first} as period, ${end} as until from ${name}
              where ${columnOf(dimension)} = $1 and day between greatest($2::date, $5::date) and $3::date
                and currency = coalesce($4, currency)) as m
      where (period, currency) > ($5::date, $6)
      group by period, until, currency
      order by period, currency limit $7`,
    [
      of,
      from,
      to,
      currency ?? null,
      after?.period ?? '-infinity',
      after?.currency ?? '',
      limit + 1,
    ],
  );
  return rows.map((row) => ({
    ...{ period: row['period'] as string, currency: row['currency'] as string },
    ...{ from: row['from'] as string, to: row['to'] as string },
    // Sums come as text; what shops turn over lies far below 2^53.
    figures: Object.fromEntries(figures.map((one) => [one, Number(row[one])])) as Record<
      One,
      number
    >,
  }));
}
