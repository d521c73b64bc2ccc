/** Facts as the services would tell them to settlement. */
import { randomUUID } from 'node:crypto';
import {
  chargebackOpened,
  chargebackWon,
  drawBalance,
  eventType,
  holdBalance,
  merchantUpdated,
  orderCompleted,
  paymentCompleted,
  refundCompleted,
  releaseBalance,
} from '#contracts';
import type { ReceivedEvent } from '#messaging';
import { command } from './participant-harness.js';

/** A delivered order's money, in a currency, for a merchant. */
export interface TestOrder {
  readonly orderId: string;
  readonly merchantId: string;
  readonly currency: string;
}

export const newOrder = (merchantId: string, currency = 'GBP'): TestOrder => ({
  orderId: randomUUID(),
  merchantId,
  currency,
});

/** In all facts of tests, unless they say otherwise. */
export const LONG_AGO = '2026-01-01T12:00:00.000Z';

interface Told {
  readonly name: string;
  readonly topic: string;
}

function fact(
  { name, topic }: Told,
  { orderId, merchantId, currency }: TestOrder,
  { revision, at = LONG_AGO, ...data }: { revision: number; at?: string; [more: string]: unknown },
): ReceivedEvent {
  return {
    ...{ id: `${name}:${orderId}@${revision}`, source: topic, type: eventType(name) },
    ...{ topic, key: orderId, subject: orderId, partition: 0, offset: '0', headers: {}, time: at },
    data: {
      ...{ orderId, merchantId, currency, revision, occurredAt: at },
      ...{ customerId: 'c', channel: 'web' },
      ...data,
    },
  };
}

interface Amounts {
  readonly at?: string;
  readonly revision?: number;
}

const CARD = { method: 'credit_card' };

export const paid = (order: TestOrder, amount: number, more: Amounts & { fee?: number } = {}) =>
  fact(paymentCompleted, order, { ...CARD, revision: 2, amount, ...more });

/** @param refunded in all so far */
export const refunded = (
  order: TestOrder,
  all: number,
  more: Amounts & { feeReturned?: number; given?: number } = {},
) => fact(refundCompleted, order, { ...CARD, revision: 3, amount: 1, refunded: all, ...more });

export const disputed = (order: TestOrder, amount: number, id = 'cb', revision = 10) =>
  fact(chargebackOpened, order, {
    ...{ ...CARD, revision, amount: 1, chargebackId: id, disputed: amount },
    reason: { code: 'fraudulent', message: '' },
  });

export const won = (order: TestOrder, amount: number, id = 'cb', revision = 11) =>
  fact(chargebackWon, order, {
    ...{ ...CARD, revision, amount: 1, chargebackId: id, disputed: amount },
  });

export const delivered = (order: TestOrder, more: Amounts = {}) =>
  fact(orderCompleted, order, { revision: 4, status: 'completed', totalAmount: 1, ...more });

export const named = (merchantId: string, name: string, revision = 1): ReceivedEvent => ({
  ...fact(merchantUpdated, { orderId: merchantId, merchantId, currency: '' }, { revision }),
  data: {
    ...{ merchantId, revision, name, status: 'active', timeZone: 'Europe/London' },
    ...{ feeRates: [], payoutAccounts: [], apiKeys: [], occurredAt: LONG_AGO },
  },
});

/** A withdrawal's commands. */
export const hold = (withdrawalId: string, amount: number, merchantId: string, currency = 'GBP') =>
  command({
    name: holdBalance.name,
    key: withdrawalId,
    id: `${withdrawalId}:hold`,
    data: { withdrawalId, merchantId, currency, amount },
  });
export const release = (withdrawalId: string) =>
  command({
    name: releaseBalance.name,
    key: withdrawalId,
    undoes: `${withdrawalId}:hold`,
    data: { withdrawalId, reason: { code: 'x', message: '' } },
  });
export const draw = (withdrawalId: string) =>
  command({ name: drawBalance.name, key: withdrawalId, data: { withdrawalId } });
