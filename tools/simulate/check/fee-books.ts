/** What readers of the payments' facts come to: what was taken, given back, and kept as fees. */
import {
  eventType,
  feeOf,
  paymentCompleted,
  refundCompleted,
  type EventContract,
} from '#contracts';
import type { RawMessage } from '#messaging';
import type { z } from 'zod';
import { MERCHANT } from '../shop/settings.js';
import type { Shop } from '../shop/shop.js';
import type { Report } from './report.js';

/** Sums over the facts, each once, whatever order they lie in. */
interface Told {
  fee: number;
  feeReturned: number;
  given: number;
  completed: number;
}

export function checkFees(shop: Shop, report: Report): void {
  const told = toldOf(shop);
  for (const payment of shop.tables.payment.payments.rows.values()) {
    const { orderId, captured, refunded, currency, status, fee, feeReturned } = payment;
    const say: Report = (what) => report(`payment of ${orderId}: ${what}`);
    const facts = told.get(orderId) ?? { fee: 0, feeReturned: 0, given: 0, completed: 0 };
    const wanted = feeOf(MERCHANT.feeRates[0], captured, currency);
    if (fee !== wanted) say(`a fee of ${fee} for ${captured}, not ${wanted}`);
    if (feeReturned !== (status === 'refunded' ? fee : 0))
      say(`${status}, ${feeReturned} of it back`);
    if (facts.completed !== (captured > 0 ? 1 : 0)) say(`told ${facts.completed} times as taken`);
    if (facts.given !== refunded) say(`${facts.given} told as given back, of ${refunded}`);
    if (facts.fee !== fee) say(`a fee of ${facts.fee} told, of ${fee}`);
    if (facts.feeReturned !== feeReturned) say(`${facts.feeReturned} of the fee told as returned`);
    if (feeReturned > 0) shop.world.met('fee returned');
  }
}

function toldOf({ broker }: Shop): Map<string, Told> {
  const told = new Map<string, Told>();
  const seen = new Set<string>();
  const ofOrder = (orderId: string): Told => {
    const known = told.get(orderId) ?? { fee: 0, feeReturned: 0, given: 0, completed: 0 };
    told.set(orderId, known);
    return known;
  };
  for (const message of broker.partitions(paymentCompleted.topic).flatMap(({ log }) => log)) {
    const id = headerOf(message, 'ce_id');
    if (seen.has(id)) continue;
    seen.add(id);
    const taken = dataOf(message, paymentCompleted);
    if (taken) {
      const sums = ofOrder(taken.orderId);
      sums.completed += 1;
      sums.fee += taken.fee ?? 0;
    }
    const refund = dataOf(message, refundCompleted);
    if (refund) {
      const sums = ofOrder(refund.orderId);
      sums.given += refund.given ?? 0;
      sums.feeReturned += refund.feeReturned ?? 0;
    }
  }
  return told;
}

function dataOf<Data extends z.ZodType>(
  message: RawMessage,
  { name, data }: EventContract<string, Data>,
): z.output<Data> | undefined {
  if (headerOf(message, 'ce_type') !== eventType(name)) return undefined;
  return data.parse(JSON.parse(String(message.value)));
}

const headerOf = ({ headers }: RawMessage, name: string): string => String(headers?.[name] ?? '');
