import type { ReceivedEvent, UnitOfWork } from '#messaging';
import { moneyOf } from '../domain/order-money.js';
import {
  moneyFactOf,
  readMerchantFacts,
  readMoneyFacts,
  type OwnedFact,
} from '../domain/read-facts.js';
import { learnMerchants } from '../persistence/merchant-rows.js';
import { addFacts, factsOf, lockOrders, saveMoney, type Owner } from '../persistence/order-rows.js';

/**
 * Takes in what happened to orders, from whichever topic: each fact is kept once, and what an order has
 * brought is made anew of all that are kept. Five statements a batch, however many facts there are.
 *
 * @throws ZodError for a fact that breaks its contract, Error for one that gives an order to another
 *   merchant or currency than those before, ReusedIdError for one under the id of another; alone in its
 *   batch, it is a dead letter
 */
export async function accrue(
  { tx }: Pick<UnitOfWork, 'tx'>,
  events: readonly ReceivedEvent[],
): Promise<void> {
  const merchants = readMerchantFacts(events);
  if (merchants.length > 0) await learnMerchants(tx, merchants);
  const facts = readMoneyFacts(events).map(moneyFactOf);
  if (facts.length === 0) return;
  const owners = new Map<string, Owner>();
  for (const { orderId, merchantId, currency } of facts) {
    if (!owners.has(orderId)) owners.set(orderId, { orderId, merchantId, currency });
  }
  refuseStrangers(facts, await lockOrders(tx, [...owners.values()]));
  const changed = await addFacts(tx, facts);
  if (changed.length === 0) return;
  const known = Map.groupBy(await factsOf(tx, changed), ({ orderId }) => orderId);
  await saveMoney(tx, new Map([...known].map(([orderId, all]) => [orderId, moneyOf(all)])));
}

function refuseStrangers(facts: readonly OwnedFact[], owners: readonly Owner[]): void {
  const known = new Map(owners.map((owner) => [owner.orderId, owner]));
  for (const fact of facts) {
    const owner = known.get(fact.orderId) as Owner;
    if (owner.merchantId === fact.merchantId && owner.currency === fact.currency) continue;
    throw new Error(
      `the order ${fact.orderId} is ${owner.merchantId}'s in ${owner.currency}, which ` +
        `${fact.type} at revision ${fact.revision} says is ${fact.merchantId}'s in ${fact.currency}`,
    );
  }
}
