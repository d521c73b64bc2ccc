/** What analytics tells, and what it must tell: worked out from orders and payments themselves. */
import type { TestWorld } from '#testing';
import { call, get } from './http.js';
import type { OrderView } from './views.js';

export type Figures = Record<string, number | string | null>;

/** An order, where it counts. */
export interface Counted {
  readonly orderId: string;
  readonly merchantId: string;
  readonly channel: string;
}

export interface PaymentView {
  readonly status: string;
  readonly amount: number;
  readonly captured: number;
  readonly refunded: number;
  readonly fee: number;
  readonly feeReturned: number;
  readonly capturedAt?: string;
}

/** Undefined where nobody was to pay. */
export async function paymentOf(
  world: TestWorld,
  orderId: string,
): Promise<PaymentView | undefined> {
  const url = `${world.url('payment')}/payments/${orderId}`;
  const { status, body } = await call<PaymentView>(url);
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`GET ${url} answered ${status}`);
  return body;
}

/** One row over all days, for JPY: `payment-metrics?merchant_id=tea`, say. */
export async function totalOf(
  url: string,
  what: string,
  days: { readonly from: string; readonly to: string },
): Promise<Figures | undefined> {
  const query = `group_by=total&currency=JPY&from=${days.from}&to=${days.to}`;
  const path = `${url}/api/v1/analytics/${what}&${query}`;
  const { items } = await get<{ items: Figures[] }>(path);
  return items[0];
}

/** What `totalOf` must give for each merchant and channel among these orders. */
export async function expectedTotals(
  world: TestWorld,
  orders: readonly Counted[],
): Promise<Record<string, Figures>> {
  const found = await Promise.all(
    orders.map(async (order) => ({
      ...order,
      order: await get<OrderView>(`${world.url('order')}/orders/${order.orderId}`),
      payment: await paymentOf(world, order.orderId),
    })),
  );
  const totals: Record<string, Figures> = {};
  for (const [merchantId, ofMerchant] of Map.groupBy(found, (one) => one.merchantId)) {
    totals[`payment-metrics?merchant_id=${merchantId}`] = paymentFigures(ofMerchant);
    totals[`merchant-metrics?merchant_id=${merchantId}`] = merchantFigures(ofMerchant);
  }
  for (const [channel, ofChannel] of Map.groupBy(found, (one) => one.channel)) {
    totals[`channel-metrics?channel=${channel}`] = paymentFigures(ofChannel);
  }
  return totals;
}

interface Found {
  readonly order: OrderView;
  readonly payment: PaymentView | undefined;
}

const sum = <One>(list: readonly One[], amountOf: (one: One) => number): number =>
  list.reduce((before, one) => before + amountOf(one), 0);

function paymentFigures(found: readonly Found[]): Figures {
  const payments = found.flatMap(({ payment }) => payment ?? []);
  const taken = payments.filter(({ captured }) => captured > 0);
  const failed = payments.filter(({ captured }) => captured === 0);
  return {
    total: payments.length,
    successful: taken.length,
    failed: failed.length,
    refunded: payments.filter(({ refunded }) => refunded > 0).length,
    totalAmount: sum(payments, ({ amount }) => amount),
    successfulAmount: sum(taken, ({ captured }) => captured),
    failedAmount: sum(failed, ({ amount }) => amount),
    refundedAmount: sum(payments, ({ refunded }) => refunded),
  };
}

function merchantFigures(found: readonly Found[]): Figures {
  const payments = found.flatMap(({ payment }) => payment ?? []);
  const revenue = sum(payments, ({ captured }) => captured);
  const refunds = sum(payments, ({ refunded }) => refunded);
  const fees = sum(payments, ({ fee, feeReturned }) => fee - feeReturned);
  return {
    ordersCompleted: found.filter(({ order }) => order.status === 'completed').length,
    ordersCancelled: found.filter(({ order }) => order.status === 'cancelled').length,
    ordersReturned: 0,
    ...{ revenue, refunds, chargebacks: 0, fees, net: revenue - refunds - fees },
  };
}
