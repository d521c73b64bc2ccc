/**
 * What comes after the sale: parcels arrive, goods come back, payments are disputed, merchants are
 * settled with and draw their money; and what everybody's books say of it then.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { readBooks, type BookSources } from './all-books.js';
import type { AcceptedOrder, Discrepancy } from './audit.js';
import { compareBooks, type MerchantBooks } from './books.js';
import { MARKETS, merchantIdOf, type Market } from './markets.js';
import type { Balance, WithdrawalWish } from './readers.js';
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
  const paid = (await books()).filter(({ captures }) => captures > 0);
  const intents = new Map(paid.map((one) => [one.orderId, one.intentId]));
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

export interface Comparison {
  readonly discrepancies: readonly Discrepancy[];
  readonly merchants: readonly MerchantBooks[];
}

/** Settles with every merchant and lets each draw a part; then compares all books. */
export async function settleAndCompare(money: Money): Promise<Comparison> {
  await compareUntilAgreed(money);
  // Only what was held long enough falls due.
  for (const market of MARKETS) await untilBalance(money, market, ({ pending }) => pending === 0);
  await money.readers.settle();
  const drawing: Discrepancy[] = [];
  for (const market of MARKETS) drawing.push(...(await draw(money, market)));
  const { discrepancies, merchants } = await compareUntilAgreed(money);
  return { merchants, discrepancies: [...drawing, ...discrepancies] };
}

/** More than there is, which must be refused; then a part of it, which must be paid. */
async function draw(money: Money, market: Market): Promise<Discrepancy[]> {
  const merchantId = merchantIdOf(money.runId, market);
  const { available } = await untilBalance(money, market, ({ due, debt }) => due <= debt);
  const part = Math.floor(available * DRAWN_SHARE);
  const wishes = [
    { amount: available + 1, ending: 'rejected' },
    ...(part > 0 ? [{ amount: part, ending: 'completed' }] : []),
  ];
  const found: Discrepancy[] = [];
  for (const { amount, ending } of wishes) {
    const became = await drawOnce(money, { merchantId, currency: market.currency, amount });
    if (became === ending) continue;
    found.push({ of: merchantId, what: `drew ${amount} of ${available}, which is ${became}` });
  }
  return found;
}

/** @returns how it ended, or why it was not taken */
async function drawOnce({ readers, patienceMs }: Money, wish: WithdrawalWish): Promise<string> {
  const key = `${wish.merchantId}-${wish.amount}`;
  const asked = await until(
    () => readers.withdraw(wish, key),
    // The merchant may not have been heard of yet.
    (answer) => 'withdrawalId' in answer,
    patienceMs,
  );
  if (!('withdrawalId' in asked)) return asked.refused;
  const { status } = await until(
    () => readers.withdrawal(asked.withdrawalId),
    (now) => now.status === 'completed' || now.status === 'rejected',
    patienceMs,
  );
  return status;
}

const untilBalance = (
  { readers, runId, patienceMs }: Money,
  market: Market,
  isAsWished: (balance: Balance) => boolean,
): Promise<Balance> =>
  until(
    () => readers.balance(merchantIdOf(runId, market), market.currency),
    isAsWished,
    patienceMs,
  );

/** Readers hear of things a moment later: they are given some time to agree. */
export const compareUntilAgreed = (money: Money): Promise<Comparison> =>
  until(
    async () => {
      const { merchants, changes, remembered } = await readBooks(money);
      return { merchants, discrepancies: [...compareBooks(merchants, changes), ...remembered] };
    },
    ({ discrepancies }) => discrepancies.length === 0,
    money.patienceMs,
  );

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
