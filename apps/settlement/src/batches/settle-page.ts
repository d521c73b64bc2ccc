import type { UnitOfWork } from '#messaging';
import { counter } from '#platform';
import type { Share } from '../domain/balance.js';
import { settledEvent } from '../domain/balance-facts.js';
import { MOST } from '../domain/limits.js';
import { settlementIdOf, type Settled } from '../domain/settled.js';
import type { RunningBatch } from '../persistence/batch-rows.js';
import {
  addLines,
  addSettlements,
  dueBefore,
  lockShares,
  markSettled,
  payIn,
} from '../persistence/settle-rows.js';

const settledTotal = counter({
  name: 'settlement_shares_settled_total',
  help: "Merchants' shares that batches have settled",
});

/**
 * Settles what is due of these shares: each that comes to more than nothing becomes a settlement, with a
 * line an order, an addition to the balance and a fact. The others wait, with all that is due of them.
 */
export async function settlePage(
  unit: UnitOfWork,
  { batchId, cutoff, holdingMs }: RunningBatch,
  shares: readonly Share[],
  settledAt: Date,
): Promise<void> {
  const { tx } = unit;
  const due = dueBefore(cutoff, holdingMs);
  const named = new Map(
    shares.map((share) => {
      const settlementId = settlementIdOf(batchId, share);
      return [settlementId, { ...share, settlementId }];
    }),
  );
  await lockShares(tx, shares, due);
  const plans = await addLines(tx, [...named.values()], due, MOST);
  if (plans.length === 0) return;
  const settled = plans.map((plan): Settled => {
    const { merchantId, currency } = named.get(plan.settlementId) as Share;
    return { ...plan, batchId, merchantId, currency, cutoff, settledAt };
  });
  await markSettled(tx, [...named.keys()]);
  await addSettlements(tx, settled);
  await payIn(tx, settled);
  unit.publish(...settled.map(settledEvent));
  unit.afterCommit(() => settledTotal.inc(settled.length));
}
