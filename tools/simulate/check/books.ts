/** When all is over: our tables, and the books of those outside, hold what was promised. */
import { isActive } from '../../../apps/inventory/src/domain/reservation.js';
import type { SagaInstance } from '#saga';
import type { Shop } from '../shop/shop.js';
import { pairOf } from '../stores/shelf-rows.js';
import { pendingOf } from './converged.js';
import { checkDeadLetters } from './dead-letters.js';
import { checkFees } from './fee-books.js';
import { checkOrder } from './order-books.js';
import type { Report } from './report.js';
import { checkLostParcel, checkReturn } from './return-books.js';
import { checkSaga } from './saga-books.js';
import type { Watched } from './watch.js';
import { checkBalances, checkWithdrawal } from './withdrawal-books.js';

/** Once everything has healed. */
const PUBLISHED_WITHIN_MS = 1_000;

export function checkBooks(shop: Shop, watched: Watched, converged: boolean): void {
  const { world, tables } = shop;
  const report: Report = (what) => world.violated(what);
  if (!converged) {
    const [first, ...others] = [...pendingOf(shop, watched)];
    report(`not over long after the last fault: ${first} and ${others.length} more`);
  }
  const lost = watched.unpublishedFor(PUBLISHED_WITHIN_MS);
  for (const what of lost.slice(0, 3)) report(`committed, never published: ${what}`);
  checkKeys(shop, report);
  const sagas = sagasByKey(shop, report);
  const sagaOf = (name: string, key: string, check: (saga: SagaInstance, say: Report) => void) => {
    const saga = sagas.get(`${name} ${key}`);
    if (!saga) return report(`no ${name} of ${key}`);
    const say: Report = (what) => report(`${name} of ${key}, ${saga.state}: ${what}`);
    checkSaga(shop, watched, saga, say);
    check(saga, say);
  };
  for (const { order } of tables.order.orders.rows.values()) {
    sagaOf('place-order', order.orderId, (saga, say) => checkOrder(shop, saga, order, say));
  }
  for (const { asked } of tables.returns.returns.rows.values()) {
    const isLost = asked.origin === 'parcel-lost';
    sagaOf(isLost ? 'refund-lost-parcel' : 'return-order', asked.returnId, (saga, say) => {
      (isLost ? checkLostParcel : checkReturn)(shop, saga, asked, say);
    });
  }
  for (const { withdrawal } of tables.withdrawal.withdrawals.rows.values()) {
    sagaOf('withdraw', withdrawal.withdrawalId, (saga, say) => {
      checkWithdrawal(shop, saga, withdrawal, say);
    });
  }
  checkStock(shop, report);
  checkBalances(shop, report);
  checkFees(shop, report);
  checkOutsiders(shop, report);
  checkDeadLetters(shop, report);
}

function sagasByKey({ sagas }: Shop, report: Report): Map<string, SagaInstance> {
  const byKey = new Map<string, SagaInstance>();
  for (const { instance } of sagas.instances.rows.values()) {
    const key = `${instance.definition} ${instance.businessKey}`;
    if (byKey.has(key)) report(`two sagas: ${key}`);
    byKey.set(key, instance);
  }
  return byKey;
}

/** One order, return and withdrawal for each key, and it is the one that its client was told of. */
function checkKeys(shop: Shop, report: Report): void {
  const byKey = new Map<string, string>();
  const keep = (key: string, id: string): void => {
    if (byKey.has(key)) report(`two of ${key}: ${byKey.get(key)} and ${id}`);
    byKey.set(key, id);
  };
  const { order, returns, withdrawal: drawn } = shop.tables;
  for (const { withdrawal, requestKey } of drawn.withdrawals.rows.values()) {
    keep(requestKey.key, withdrawal.withdrawalId);
  }
  for (const row of order.orders.rows.values()) keep(row.requestKey?.key ?? '', row.order.orderId);
  for (const { asked, requestKey } of returns.returns.rows.values()) {
    if (asked.origin === 'customer') keep(`${asked.orderId} ${requestKey?.key}`, asked.returnId);
  }
  for (const { plan, withdrawalId } of shop.merchants.all) {
    const kept = byKey.get(`withdrawal-${plan.no}`);
    if (withdrawalId === undefined) report(`withdrawal ${plan.no} was never accepted`);
    else if (kept !== withdrawalId) report(`withdrawal ${plan.no} is ${kept}, not ${withdrawalId}`);
  }
  for (const { plan, orderId, returns: asked } of shop.customers.all) {
    const kept = byKey.get(`key-${plan.no}`);
    if (orderId === undefined) report(`order ${plan.no} was never accepted`);
    else if (kept !== orderId) report(`order ${plan.no} is ${kept}, not ${orderId} as was said`);
    for (const { plan: back, answer } of asked) {
      // One that was refused may have been accepted since, by a request that nobody waited for.
      if (answer.outcome !== 'accepted') continue;
      const keptReturn = byKey.get(`${orderId} return-${back.no}`);
      if (keptReturn !== answer.returnId) {
        report(
          `return ${back.no} of ${orderId} is ${keptReturn}, not ${answer.returnId} as was said`,
        );
      }
    }
  }
}

/** What is put aside is what orders have put aside, where they have it; gone is what was handed over. */
function checkStock(shop: Shop, report: Report): void {
  const { stock, reservations } = shop.tables.shelf;
  const held = new Map<string, number>();
  const gone = new Map<string, number>();
  for (const reservation of reservations.rows.values()) {
    for (const line of reservation.lines) {
      if (isActive(reservation)) add(held, pairOf(line), line.quantity);
      if (reservation.status === 'issued') add(gone, line.productId, line.quantity);
    }
  }
  const there = new Map<string, number>();
  for (const row of stock.rows.values()) {
    const pair = pairOf(row);
    add(there, row.productId, row.onHand);
    if (row.reserved !== (held.get(pair) ?? 0)) {
      report(`${pair}: ${row.reserved} put aside, ${held.get(pair) ?? 0} by orders`);
    }
  }
  for (const [productId, onHand] of there) {
    const left = shop.plan.shape.stockOfEach - (gone.get(productId) ?? 0);
    if (onHand !== left) report(`${productId}: ${onHand} on hand, not ${left}`);
  }
}

const add = (sums: Map<string, number>, key: string, more: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + more);
};

/** Those outside know nothing that we do not know. */
function checkOutsiders({ outside, tables }: Shop, report: Report): void {
  for (const { orderId, parts } of outside.provider.intents.values()) {
    if (!tables.order.orders.rows.has(orderId)) report(`payment of no order: ${orderId}`);
    for (const returnId of parts.keys()) {
      if (!tables.returns.returns.rows.has(returnId)) report(`refund of no return: ${returnId}`);
    }
  }
  for (const returnId of outside.carrier.returns.keys()) {
    if (!tables.returns.returns.rows.has(returnId)) report(`parcel of no return: ${returnId}`);
  }
}
