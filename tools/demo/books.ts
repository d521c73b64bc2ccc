/**
 * Do the books of all who keep some agree: provider and bank, which hold the money, with ledger,
 * figures and balances, which only heard of it? Pure: the books come in, what differs comes out.
 */
import type { Discrepancy } from './audit.js';

/** Minor units of one currency. Of one merchant, who sells in that currency alone. */
export interface MerchantBooks {
  readonly merchantId: string;
  readonly currency: string;
  /** By provider and bank, and by the merchant's fee rate. */
  readonly outside: {
    readonly payments: number;
    readonly captured: number;
    readonly refunded: number;
    readonly chargedBack: number;
    readonly fees: number;
    readonly paidOut: number;
    readonly ordersCompleted: number;
  };
  /** Credit less debit, by account. */
  readonly ledger: Readonly<Record<string, number>>;
  readonly analytics: {
    readonly ordersCompleted: number;
    readonly revenue: number;
    readonly refunds: number;
    readonly chargebacks: number;
    readonly fees: number;
    readonly net: number;
    readonly payments: number;
    readonly successfulAmount: number;
    readonly refundedAmount: number;
  };
  readonly settlement: {
    readonly available: number;
    readonly held: number;
    readonly drawn: number;
    readonly pending: number;
    readonly due: number;
    readonly debt: number;
  };
  /** What the merchant was told is on its way or there. */
  readonly withdrawn: number;
}

/** What the whole ledger has moved since the demo began, by currency; debit less credit. */
export interface LedgerChange {
  readonly currency: string;
  readonly balanced: boolean;
  readonly cashAtProvider: number;
  readonly cashAtBank: number;
  readonly feeIncome: number;
}

export const compareBooks = (
  merchants: readonly MerchantBooks[],
  changes: readonly LedgerChange[],
): Discrepancy[] => [
  ...merchants.flatMap((books) =>
    [...differences(books)].map((what) => ({ of: `${books.merchantId} ${books.currency}`, what })),
  ),
  ...changes.flatMap((change) =>
    [...wholeLedger(change, merchants)].map((what) => ({ of: `ledger ${change.currency}`, what })),
  ),
];

function* differences(books: MerchantBooks): Generator<string> {
  const { outside, analytics, settlement, ledger, withdrawn } = books;
  const net = netOf(outside);
  const owed =
    at(ledger, 'merchant-payable') +
    at(ledger, 'merchant-balance') +
    at(ledger, 'withdrawals-in-transit') +
    at(ledger, 'refunds') +
    at(ledger, 'chargebacks');
  const balance = settlement.available + settlement.held;
  yield* same('the ledger owes', owed, 'the money there is', net - outside.paidOut);
  yield* same(
    "the ledger's balance",
    at(ledger, 'merchant-balance'),
    "the settlement's",
    settlement.available,
  );
  yield* same(
    "the ledger's transit",
    at(ledger, 'withdrawals-in-transit'),
    'what is held',
    settlement.held,
  );
  yield* same('analytics counts revenue', analytics.revenue, 'captured', outside.captured);
  yield* same('analytics counts payments', analytics.payments, 'captured', outside.payments);
  yield* same('paid', analytics.successfulAmount, 'captured', outside.captured);
  yield* same('refunded', analytics.refundedAmount, 'given back', outside.refunded);
  yield* same('analytics counts refunds', analytics.refunds, 'given back', outside.refunded);
  yield* same('chargebacks', analytics.chargebacks, "the provider's", outside.chargedBack);
  yield* same('analytics counts fees', analytics.fees, 'by the rate', outside.fees);
  yield* same('analytics nets', analytics.net, 'by provider and rate', net);
  yield* same(
    'analytics counts completed',
    analytics.ordersCompleted,
    'orders',
    outside.ordersCompleted,
  );
  yield* same(
    'settlement accounts for',
    balance + settlement.drawn + settlement.pending + settlement.due - settlement.debt,
    'by provider and rate',
    net,
  );
  yield* same('settlement has drawn', settlement.drawn, 'the bank paid', outside.paidOut);
  yield* same('withdrawals say', withdrawn, 'the bank paid', outside.paidOut);
  if (settlement.available < 0 || settlement.held < 0) yield 'a balance is below zero';
}

function* wholeLedger(
  change: LedgerChange,
  merchants: readonly MerchantBooks[],
): Generator<string> {
  const of = merchants.filter(({ currency }) => currency === change.currency);
  const sum = (value: (books: MerchantBooks) => number): number =>
    of.reduce((total, books) => total + value(books), 0);
  if (!change.balanced) yield 'does not balance';
  const kept = sum(({ outside: o }) => o.captured - o.refunded - o.chargedBack);
  yield* same('cash at the provider moved by', change.cashAtProvider, "the provider's", kept);
  const paidOut = sum(({ outside }) => outside.paidOut);
  yield* same('cash at the bank moved by', change.cashAtBank, 'paid out', -paidOut);
  const fees = sum(({ outside }) => outside.fees);
  yield* same('fee income moved by', -change.feeIncome, 'by the rates', fees);
}

const netOf = ({ captured, refunded, chargedBack, fees }: MerchantBooks['outside']): number =>
  captured - refunded - chargedBack - fees;

const at = (ledger: MerchantBooks['ledger'], account: string): number => ledger[account] ?? 0;

function* same(what: string, one: number, other: string, two: number): Generator<string> {
  if (one !== two) yield `${what} ${one}, ${other} ${two}`;
}
