/** The books of all who keep some, as they are at one moment, merchant by merchant. */
import { feeOf } from '#contracts';
import { isSold, type Discrepancy } from './audit.js';
import type { LedgerChange, MerchantBooks } from './books.js';
import { inParallel } from './http.js';
import { MARKETS, merchantIdOf, type Market } from './markets.js';
import type { Readers, TrialBalance } from './readers.js';
import type { IntentView, OrderView } from './views.js';

const AT_A_TIME = 16;

export interface BookSources {
  readonly readers: Readers;
  readonly runId: string;
  /** Of this run, as they are now. */
  readonly intents: () => Promise<readonly IntentView[]>;
  readonly orders: () => Promise<readonly OrderView[]>;
  /** The ledger before the run. */
  readonly before: TrialBalance;
}

export interface AllBooks {
  readonly merchants: MerchantBooks[];
  readonly changes: LedgerChange[];
  /** Where the event store remembers an order otherwise than it is. */
  readonly remembered: Discrepancy[];
}

/** What everybody's books say now of this run's merchants. */
export async function readBooks(money: BookSources): Promise<AllBooks> {
  const { readers, before } = money;
  const [intents, orders, ledger, payouts] = await Promise.all([
    money.intents(),
    money.orders(),
    readers.trialBalance(),
    readers.payouts(),
  ]);
  const paid = new Map(
    payouts.filter(({ status }) => status === 'paid').map((one) => [one.reference, one.amount]),
  );
  const statuses = new Map(orders.map((order) => [order.orderId, order]));
  const merchants = await Promise.all(
    MARKETS.map(async (market): Promise<MerchantBooks> => {
      const merchantId = merchantIdOf(money.runId, market);
      const [balance, figures, payments, withdrawals] = await Promise.all([
        readers.balance(merchantId, market.currency),
        readers.merchantFigures(merchantId),
        readers.paymentFigures(merchantId),
        readers.withdrawals(merchantId),
      ]);
      const own = intents.filter(({ currency }) => currency.toUpperCase() === market.currency);
      const completed = withdrawals.filter(({ status }) => status === 'completed');
      return {
        merchantId,
        currency: market.currency,
        outside: {
          ...outsideOf(market, own, statuses),
          paidOut: sum(withdrawals, ({ withdrawalId }) => paid.get(withdrawalId) ?? 0),
        },
        ledger: accountsOf(ledger, market.currency, merchantId),
        analytics: {
          ...figures,
          payments: payments.successful,
          successfulAmount: payments.successfulAmount,
          refundedAmount: payments.refundedAmount,
        },
        settlement: balance,
        withdrawn: sum(completed, ({ amount }) => amount),
      };
    }),
  );
  const changes = MARKETS.map(({ currency }) => changeOf(before, ledger, currency));
  return { merchants, changes, remembered: await otherwise(readers, orders) };
}

async function otherwise(readers: Readers, orders: readonly OrderView[]): Promise<Discrepancy[]> {
  const found: Discrepancy[] = [];
  await inParallel(orders, AT_A_TIME, async ({ orderId, status }) => {
    const remembered = await readers.rememberedStatus(orderId);
    if (remembered === status) return;
    found.push({
      of: orderId,
      what: `is ${status}, and ${remembered ?? 'not there'} by its facts`,
    });
  });
  return found;
}

/** What provider and rate make of a market's orders. An order that was undone costs no fee. */
const outsideOf = (
  { currency, fee }: Market,
  intents: readonly IntentView[],
  orders: ReadonlyMap<string, OrderView>,
) => {
  const taken = intents.filter(({ captured }) => captured > 0);
  const sold = taken.filter(({ orderId }) => isSold(orders.get(orderId ?? '')?.status));
  const rate = { ...fee, rateId: '-', channel: '*', validFrom: '' };
  const own = [...orders.values()].filter((order) => order.currency === currency);
  return {
    payments: taken.length,
    captured: sum(taken, ({ captured }) => captured),
    refunded: sum(taken, ({ refunded }) => refunded),
    chargedBack: sum(taken, ({ disputed = 0 }) => disputed),
    fees: sum(sold, ({ captured }) => feeOf(rate, captured, currency)),
    ordersCompleted: own.filter(({ status }) => ARRIVED.includes(status)).length,
  };
};

const ARRIVED = ['completed', 'returned'];

/** Credit less debit, by account, of one merchant. */
const accountsOf = (
  { currencies }: TrialBalance,
  currency: string,
  merchantId: string,
): Record<string, number> => {
  const accounts = currencies.find((one) => one.currency === currency)?.accounts ?? [];
  const own = accounts.filter((one) => one.merchantId === merchantId);
  return Object.fromEntries(own.map(({ account, credit, debit }) => [account, credit - debit]));
};

const changeOf = (before: TrialBalance, after: TrialBalance, currency: string): LedgerChange => {
  const of = (ledger: TrialBalance, account: string): number => {
    const accounts = ledger.currencies.find((one) => one.currency === currency)?.accounts ?? [];
    return sum(
      accounts.filter((one) => one.account === account),
      ({ debit, credit }) => debit - credit,
    );
  };
  const moved = (account: string): number => of(after, account) - of(before, account);
  return {
    currency,
    balanced: after.currencies.find((one) => one.currency === currency)?.balanced ?? true,
    cashAtProvider: moved('cash-at-provider'),
    cashAtBank: moved('cash-at-bank'),
    feeIncome: moved('fee-income'),
  };
};

const sum = <Item>(items: readonly Item[], value: (item: Item) => number): number =>
  items.reduce((total, item) => total + value(item), 0);
