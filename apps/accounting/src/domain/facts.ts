/** The facts that move money, and what makes one the same as another. */
import { createHash } from 'node:crypto';
import {
  balanceHeld,
  balanceReleased,
  chargebackOpened,
  chargebackWon,
  paymentCompleted,
  refundCompleted,
  settlementSettled,
  withdrawalPaid,
} from '#contracts';
import { momentOf, uuidOf, type FactOf } from '#reader';

export const LEDGER_CONTRACTS = [
  paymentCompleted,
  refundCompleted,
  chargebackOpened,
  chargebackWon,
  settlementSettled,
  balanceHeld,
  balanceReleased,
  withdrawalPaid,
] as const;

export type LedgerFact = FactOf<(typeof LEDGER_CONTRACTS)[number]>;

export interface Aggregate {
  readonly type: 'payment' | 'settlement' | 'balance' | 'withdrawal';
  readonly id: string;
}

/** What the fact is about: its revision counts there. */
export function aggregateOf(fact: LedgerFact): Aggregate {
  switch (fact.name) {
    case 'payment.completed':
    case 'refund.completed':
    case 'chargeback.opened':
    case 'chargeback.won':
      return { type: 'payment', id: fact.data.orderId.toLowerCase() };
    case 'settlement.settled':
      return { type: 'settlement', id: fact.data.settlementId };
    case 'balance.held':
    case 'balance.released':
      return { type: 'balance', id: `${fact.data.merchantId}/${fact.data.currency}` };
    case 'withdrawal.paid':
      return { type: 'withdrawal', id: fact.data.withdrawalId.toLowerCase() };
  }
}

/** A UUID that follows from name, aggregate and revision: the same fact has the same one for ever. */
export const entryIdOf = (fact: LedgerFact): string =>
  uuidOf(JSON.stringify([fact.name, aggregateOf(fact).id, fact.data.revision]));

/** Of one that was told without milliseconds, or with an offset, the same. @throws RangeError */
export const occurredAtOf = ({ data }: LedgerFact): string =>
  new Date(momentOf(data.occurredAt)).toISOString();

/**
 * SHA-256 of all that is booked of the fact, hex. What else it may say, now or in a later version of
 * its contract, makes no other fact of it.
 */
export function contentOf(fact: LedgerFact): string {
  const { merchantId, currency } = fact.data;
  const text = JSON.stringify([
    ...[fact.name, aggregateOf(fact).id, fact.data.revision],
    ...[merchantId, currency, occurredAtOf(fact), ...amountsOf(fact)],
  ]);
  return createHash('sha256').update(text).digest('hex');
}

function amountsOf(fact: LedgerFact): (number | null)[] {
  switch (fact.name) {
    case 'payment.completed':
      return [fact.data.amount, fact.data.fee ?? 0];
    case 'refund.completed':
      return [fact.data.refunded, fact.data.given ?? null, fact.data.feeReturned ?? 0];
    case 'chargeback.opened':
    case 'chargeback.won':
      return [fact.data.disputed];
    case 'settlement.settled': {
      const { gross, fees, refunds, chargebacks, net } = fact.data;
      return [gross, fees, refunds, chargebacks, net];
    }
    case 'balance.held':
    case 'balance.released':
    case 'withdrawal.paid':
      return [fact.data.amount];
  }
}
