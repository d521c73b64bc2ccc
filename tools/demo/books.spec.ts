import { describe, expect, it } from '@jest/globals';
import { compareBooks, type LedgerChange, type MerchantBooks } from './books.js';

/** 10,000 captured, 1,500 given back, 500 charged back, 300 of fees; 2,000 drawn of 5,000 settled. */
const books: MerchantBooks = {
  merchantId: 'tea',
  currency: 'GBP',
  outside: {
    ...{ payments: 4, captured: 10_000, refunded: 1_500, chargedBack: 500, fees: 300 },
    ...{ paidOut: 2_000, ordersCompleted: 3 },
  },
  ledger: {
    ...{ 'merchant-payable': 3_400, 'merchant-balance': 2_000, 'withdrawals-in-transit': 1_000 },
    ...{ refunds: -500, chargebacks: -200 },
  },
  analytics: {
    ...{ ordersCompleted: 3, revenue: 10_000, refunds: 1_500, chargebacks: 500, fees: 300 },
    ...{ net: 7_700, payments: 4, successfulAmount: 10_000, refundedAmount: 1_500 },
  },
  settlement: { available: 2_000, held: 1_000, drawn: 2_000, pending: 2_000, due: 900, debt: 200 },
  withdrawn: 2_000,
};
const change: LedgerChange = {
  ...{ currency: 'GBP', balanced: true, cashAtProvider: 8_000, cashAtBank: -2_000 },
  feeIncome: -300,
};

const whats = (one: MerchantBooks, whole = change): string[] =>
  compareBooks([one], [whole]).map(({ what }) => what);

describe('books that agree', () => {
  it('leave nothing to say', () => {
    expect(whats(books)).toEqual([]);
  });
});

describe('a figure that is off by one', () => {
  const numbers = (part: object): string[] => Object.keys(part);
  const parts = ['outside', 'ledger', 'analytics', 'settlement'] as const;
  const places = parts.flatMap((part) => numbers(books[part]).map((name) => [part, name] as const));

  it.each(places)('is found: %s %s', (part, name) => {
    const value = (books[part] as Readonly<Record<string, number>>)[name] ?? 0;
    const broken = { ...books, [part]: { ...books[part], [name]: value + 1 } };
    expect(whats(broken).length).toBeGreaterThan(0);
  });

  it('is found in what merchants are told of, and in the whole ledger', () => {
    expect(whats({ ...books, withdrawn: 1_999 })).toEqual([
      'withdrawals say 1999, the bank paid 2000',
    ]);
    for (const name of ['cashAtProvider', 'cashAtBank', 'feeIncome'] as const) {
      expect(whats(books, { ...change, [name]: change[name] + 1 })).toHaveLength(1);
    }
    expect(whats(books, { ...change, balanced: false })).toEqual(['does not balance']);
    expect(whats({ ...books, settlement: { ...books.settlement, available: -1 } })).toContain(
      'a balance is below zero',
    );
  });
});
