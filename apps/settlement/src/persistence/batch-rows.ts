import type { Tx } from '#messaging';
import type { Share } from '../domain/balance.js';

type Queries = Pick<Tx, 'query'>;

export interface NewBatch {
  readonly batchId: string;
  readonly cutoff: Date;
  readonly holdingMs: number;
  readonly openedAt: Date;
}

/** A batch under way, with the share that it looked at last. */
export interface RunningBatch {
  readonly batchId: string;
  readonly cutoff: Date;
  readonly holdingMs: number;
  readonly after: Share;
}

/** @returns whether it is new: the same one may be asked for by several, again and again */
export async function openBatch(queries: Queries, batch: NewBatch): Promise<boolean> {
  const opened = await queries.query(
    `insert into batch (batch_id, cutoff, holding_ms, state, opened_at)
     values ($1, $2, $3, 'running', $4) on conflict (batch_id) do nothing returning 1`,
    [batch.batchId, batch.cutoff.toISOString(), batch.holdingMs, batch.openedAt.toISOString()],
  );
  return opened.length > 0;
}

/** The oldest, unless another replica is at it: batches are worked through one after the other. */
export async function takeBatch(tx: Tx): Promise<RunningBatch | undefined> {
  const [row] = await tx.query<{
    batchId: string;
    cutoff: Date;
    holdingMs: string;
    afterMerchant: string;
    afterCurrency: string;
  }>(
    `select batch_id as "batchId", cutoff, holding_ms as "holdingMs",
            after_merchant as "afterMerchant", after_currency as "afterCurrency"
       from batch
      where batch_no = (select min(batch_no) from batch where state = 'running')
        and state = 'running'
        for update skip locked`,
  );
  if (!row) return undefined;
  const { batchId, cutoff, holdingMs, afterMerchant, afterCurrency } = row;
  const after = { merchantId: afterMerchant, currency: afterCurrency };
  return { batchId, cutoff, holdingMs: Number(holdingMs), after };
}

export async function moveOn(tx: Tx, batchId: string, after: Share): Promise<void> {
  await tx.query('update batch set after_merchant = $2, after_currency = $3 where batch_id = $1', [
    batchId,
    after.merchantId,
    after.currency,
  ]);
}

export async function finishBatch(tx: Tx, batchId: string, at: Date): Promise<void> {
  await tx.query(`update batch set state = 'done', finished_at = $2 where batch_id = $1`, [
    batchId,
    at.toISOString(),
  ]);
}
