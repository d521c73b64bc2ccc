import type { Tx } from '#messaging';
import type { NewBatch } from './batch-rows.js';

type Queries = Pick<Tx, 'query'>;

export interface Batch extends NewBatch {
  /** int8, as text. Later ones have higher ones. */
  readonly batchNo: string;
  readonly state: 'running' | 'done';
  readonly finishedAt: Date | null;
}

type Row = Omit<Batch, 'holdingMs'> & { readonly holdingMs: string };

const SELECT = `select batch_no as "batchNo", batch_id as "batchId", state, cutoff,
  holding_ms as "holdingMs", opened_at as "openedAt", finished_at as "finishedAt" from batch`;

const batchOf = ({ holdingMs, ...row }: Row): Batch => ({ ...row, holdingMs: Number(holdingMs) });

/** Newest first. @param before only those before this one */
export async function listBatches(
  queries: Queries,
  { before, limit }: { readonly before?: string | undefined; readonly limit: number },
): Promise<Batch[]> {
  const rows = await queries.query<Row>(
    `${SELECT} where batch_no < coalesce($1::int8, 9223372036854775807)
      order by batch_no desc limit $2`,
    [before ?? null, limit],
  );
  return rows.map(batchOf);
}

export async function findBatch(queries: Queries, batchId: string): Promise<Batch | undefined> {
  const [row] = await queries.query<Row>(`${SELECT} where batch_id = $1`, [batchId]);
  return row && batchOf(row);
}

const SUMS = ['settlements', 'orders', 'gross', 'fees', 'refunds', 'chargebacks', 'net'] as const;
export type BatchTotal = { readonly currency: string } & Readonly<
  Record<(typeof SUMS)[number], number>
>;

/** What a batch has settled so far, by currency. */
export async function totalsOf(queries: Queries, batchId: string): Promise<BatchTotal[]> {
  const rows = await queries.query<{ currency: string } & Record<string, string>>(
    `select currency, count(*) as settlements, sum(orders) as orders, sum(gross) as gross,
            sum(fees) as fees, sum(refunds) as refunds, sum(chargebacks) as chargebacks,
            sum(net) as net
       from settlement where batch_id = $1 group by currency order by currency`,
    [batchId],
  );
  return rows.map(({ currency, ...sums }) => ({
    currency,
    ...(Object.fromEntries(SUMS.map((name) => [name, Number(sums[name])])) as Record<
      (typeof SUMS)[number],
      number
    >),
  }));
}
