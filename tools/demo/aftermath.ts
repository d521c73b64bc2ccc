/**
 * What comes after the sale: parcels arrive, goods come back, payments are disputed, merchants are
 * settled with and draw their money; and what everybody's books say of it then.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { readBooks, type BookSources } from './all-books.js';
import type { AcceptedOrder, Discrepancy } from './audit.js';
import { compareBooks, type MerchantBooks } from './books.js';
import { MARKETS, merchantIdOf, type Market } from './markets.js';
import type { Shop } from './shop.js';
import type { ReturnView } from './views.js';

/** Of the orders that have arrived, every so manieth. */
const RETURNED = { every: 20, from: 7 };
const DISPUTED = { every: 40, from: 11 };
/** Of every so manieth dispute the merchant is right. */
const WON = { every: 3, from: 1 };
/** Of what a merchant may draw. */
const DRAWN_SHARE = 0.5;
const LOOK_EVERY_MS = 300;

export interface Sold extends Pick<BookSources, 'orders' | 'intents'> {
  readonly shop: Shop;
  readonly accepted: readonly AcceptedOrder[];
  readonly patienceMs: number;
}

export interface AfterSale {
  readonly returns: readonly ReturnView[];
  readonly disputed: number;
}

const every =
  ({ every: step, from }: { every: number; from: number }) =>
  (_one: unknown, index: number): boolean =>
    index % step === from % step;

/** Sends goods back and has payments disputed, and waits until that has come to its end. */
export async function afterSale(sold: Sold): Promise<AfterSale> {
  const { shop, patienceMs, intents: books } = sold;
  const arrived = await untilArrived(sold);
  const asked = arrived.filter(every(RETURNED));
  for (const { orderId, request } of asked) await shop.sendBack(orderId, request.items.slice(0, 1));
  const intents = new Map((await books()).map((one) => [one.orderId, one.intentId]));
  const disputes: string[] = [];
  for (const { orderId } of arrived.filter(every(DISPUTED))) {
    disputes.push(await shop.dispute(intents.get(orderId) ?? ''));
  }
  for (const [index, dispute] of disputes.entries()) {
    await shop.closeDispute(dispute, every(WON)(dispute, index) ? 'win' : 'lose');
  }
  const ids = asked.map(({ orderId }) => orderId);
  return { returns: await untilBack(shop, ids, patienceMs), disputed: disputes.length };
}

const untilArrived = async ({ accepted, orders, patienceMs }: Sold): Promise<AcceptedOrder[]> => {
  const settled = await until(
    orders,
    (all) => all.every(({ status }) => status !== 'shipped'),
    patienceMs,
  );
  const arrived = settled.filter(({ status }) => status === 'completed');
  const ids = new Set(arrived.map(({ orderId }) => orderId));
  return accepted.filter(({ orderId }) => ids.has(orderId));
};

const untilBack = (shop: Shop, orderIds: readonly string[], patienceMs: number) =>
  until(
    async () => (await Promise.all(orderIds.map((id) => shop.returnsOf(id)))).flat(),
    (all) => all.every(({ status }) => status === 'completed' || status === 'rejected'),
    patienceMs,
  );

export interface Money extends BookSources {
  readonly patienceMs: number;
}

/** Settles with every merchant and lets each draw a part; then compares all books. */
export async function settleAndCompare(money: Money): Promise<{
  readonly discrepancies: readonly Discrepancy[];
  readonly merchants: readonly MerchantBooks[];
}> {
  await compareUntilAgreed(money);
  await money.readers.settle();
  for (const market of MARKETS) await draw(money, market);
  return compareUntilAgreed(money);
}

async function draw({ readers, runId, patienceMs }: Money, market: Market): Promise<void> {
  const merchantId = merchantIdOf(runId, market);
  const { currency } = market;
  const balance = await until(
    () => readers.balance(merchantId, currency),
    ({ pending, due, debt }) => pending + due - debt <= 0,
    patienceMs,
  );
  const amount = Math.floor(balance.available * DRAWN_SHARE);
  if (amount === 0) return;
  // more than there is, which is refused, and what there is
  for (const wish of [balance.available + 1, amount]) {
    await until(
      () => readers.withdraw({ merchantId, currency, amount: wish }, `${merchantId}-${wish}`),
      (taken) => taken,
      patienceMs,
    );
  }
  await until(
    () => readers.withdrawals(merchantId),
    (all) => all.every(({ status }) => status === 'completed' || status === 'rejected'),
    patienceMs,
  );
}

/** Readers hear of things a moment later: they are given some time to agree. */
export async function compareUntilAgreed(money: Money): Promise<{
  readonly discrepancies: readonly Discrepancy[];
  readonly merchants: readonly MerchantBooks[];
}> {
  return until(
    async () => {
      const { merchants, changes } = await readBooks(money);
      return { merchants, discrepancies: compareBooks(merchants, changes) };
    },
    ({ discrepancies }) => discrepancies.length === 0,
    money.patienceMs,
  );
}

/** Looks until it is as wished; after a while takes what there is, for the audit to judge. */
async function until<Seen>(
  look: () => Promise<Seen>,
  isAsWished: (seen: Seen) => boolean,
  patienceMs: number,
): Promise<Seen> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (isAsWished(seen) || performance.now() > giveUpAt) return seen;
    await pause(LOOK_EVERY_MS);
  }
}
