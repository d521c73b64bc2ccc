/** What a fact is in the ledger. Pure; amounts in minor units. */
import type { Account } from './chart.js';
import { accountSpec } from './chart.js';
import { aggregateOf, contentOf, entryIdOf, occurredAtOf, type LedgerFact } from './facts.js';
import { newlyGiven, type GivenBack, type RefundSpan } from './given-back.js';

export interface Line {
  readonly account: Account;
  /** Empty where the account is not kept by merchant. */
  readonly merchantId: string;
  readonly currency: string;
  readonly debit: number;
  readonly credit: number;
}

export interface Entry {
  readonly entryId: string;
  readonly source: string;
  readonly eventId: string;
  readonly name: LedgerFact['name'];
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly revision: number;
  readonly merchantId: string;
  /** RFC 3339, UTC, with milliseconds. */
  readonly occurredAt: string;
  /** SHA-256 of what the fact says, hex. */
  readonly content: string;
  /** Which part of all that was given back of a payment it is. */
  readonly refund?: RefundSpan;
  /** Balanced in each currency. */
  readonly lines: readonly Line[];
}

/** Debit above zero, credit below. */
type Movement = readonly [account: Account, amount: number];

/**
 * Undefined where nothing moves.
 * @param before what is in the ledger of this payment's refunds; only for `refund.completed`
 * @throws RangeError for a fact that cannot be booked: its own figures do not add up, say
 */
export function entryOf(fact: LedgerFact, before: GivenBack = []): Entry | undefined {
  const { merchantId, currency, revision } = fact.data;
  const refund = fact.name === 'refund.completed' ? newlyGiven(fact.data, before) : undefined;
  const lines = linesOf(movementsOf(fact, refund?.amount ?? 0), merchantId, currency);
  if (lines.length === 0) return undefined;
  const debit = sum(lines.map((line) => line.debit));
  const credit = sum(lines.map((line) => line.credit));
  if (debit !== credit) {
    throw new RangeError(`${fact.name} does not balance: debit ${debit}, credit ${credit}`);
  }
  const { type: aggregateType, id: aggregateId } = aggregateOf(fact);
  return {
    entryId: entryIdOf(fact),
    source: fact.event.source,
    eventId: fact.event.id,
    name: fact.name,
    ...{ aggregateType, aggregateId, revision, merchantId },
    occurredAt: occurredAtOf(fact),
    content: contentOf(fact),
    ...(refund && { refund: refund.span }),
    lines,
  };
}

/** Whether there is an entry of it, where no other refund has given back the same before. */
export const movesMoney = (fact: LedgerFact): boolean =>
  movementsOf(fact, fact.name === 'refund.completed' ? newlyGiven(fact.data, []).amount : 0).some(
    ([, amount]) => amount !== 0,
  );

/** @param given what a refund gives back that was not booked before */
function movementsOf(fact: LedgerFact, given: number): Movement[] {
  switch (fact.name) {
    case 'payment.completed': {
      const { amount, fee = 0 } = fact.data;
      return [
        ['cash-at-provider', amount],
        ['merchant-payable', -amount],
        ['merchant-payable', fee],
        ['fee-income', -fee],
      ];
    }
    case 'refund.completed': {
      const { feeReturned = 0 } = fact.data;
      return [
        ['refunds', given],
        ['cash-at-provider', -given],
        ['fee-income', feeReturned],
        ['merchant-payable', -feeReturned],
      ];
    }
    case 'chargeback.opened':
      return both('chargebacks', 'cash-at-provider', fact.data.disputed);
    case 'chargeback.won':
      return both('cash-at-provider', 'chargebacks', fact.data.disputed);
    case 'settlement.settled': {
      const { gross, fees, refunds, chargebacks, net } = fact.data;
      return [
        ['merchant-payable', gross - fees],
        ['refunds', -refunds],
        ['chargebacks', -chargebacks],
        ['merchant-balance', -net],
      ];
    }
    case 'balance.held':
      return both('merchant-balance', 'withdrawals-in-transit', fact.data.amount);
    case 'balance.released':
      return both('withdrawals-in-transit', 'merchant-balance', fact.data.amount);
    case 'withdrawal.paid':
      return both('withdrawals-in-transit', 'cash-at-bank', fact.data.amount);
  }
}

const both = (debit: Account, credit: Account, amount: number): Movement[] => [
  [debit, amount],
  [credit, -amount],
];

const linesOf = (movements: readonly Movement[], merchantId: string, currency: string): Line[] =>
  movements
    .filter(([, amount]) => amount !== 0)
    .map(([account, amount]) => ({
      account,
      merchantId: merchantOf(account, merchantId),
      currency,
      debit: Math.max(amount, 0),
      credit: Math.max(-amount, 0),
    }));

function merchantOf(account: Account, merchantId: string): string {
  if (!accountSpec(account)?.perMerchant) return '';
  if (merchantId !== '') return merchantId;
  throw new RangeError(`${account} is kept by merchant, and the fact names none`);
}

const sum = (amounts: readonly number[]): number =>
  amounts.reduce((total, amount) => total + amount, 0);
