/**
 * Promises attacked here: each fact is the entry of the table in docs/accounting.md and no other, and
 * balances; what makes two facts the same is what they are about, not how they arrived.
 */
import { describe, expect, it } from '@jest/globals';
import { entryOf } from './entry.js';
import { contentOf, entryIdOf } from './facts.js';
import { newlyGiven } from './given-back.js';
import { fact, MERCHANT, ORDER, WITHDRAWAL } from '../fixtures/facts.js';

/** `account debit/credit`, without the currency. */
const linesOf = (one: Parameters<typeof entryOf>[0], before?: Parameters<typeof entryOf>[1]) =>
  entryOf(one, before)?.lines.map(
    ({ account, merchantId, debit, credit }) =>
      `${account}${merchantId && `(${merchantId})`} ${debit}/${credit}`,
  );
const of = (account: string) => `${account}(${MERCHANT})`;

describe('an entry', () => {
  it('of a payment is what was taken, and the fee', () => {
    expect(linesOf(fact('payment.completed', { amount: 1000, fee: 30 }))).toEqual([
      'cash-at-provider 1000/0',
      `${of('merchant-payable')} 0/1000`,
      `${of('merchant-payable')} 30/0`,
      'fee-income 0/30',
    ]);
    expect(linesOf(fact('payment.completed', { amount: 1000 }))).toHaveLength(2);
    expect(entryOf(fact('payment.completed', { amount: 0 }))).toBeUndefined();
  });

  it('of a refund is what was given back this time, and the fee given back', () => {
    const refund = fact('refund.completed', { refunded: 500, given: 200, feeReturned: 30 });
    expect(linesOf(refund)).toEqual([
      `${of('refunds')} 200/0`,
      'cash-at-provider 0/200',
      'fee-income 30/0',
      `${of('merchant-payable')} 0/30`,
    ]);
    expect(() => entryOf(fact('refund.completed', { refunded: 1, given: 2 }))).toThrow('more than');
  });

  it('of a refund that tells the total alone is what the total is more', () => {
    const total = fact('refund.completed', { refunded: 500 });
    expect(linesOf(total)?.[0]).toBe(`${of('refunds')} 500/0`);
    expect(linesOf(total, [{ from: 0, to: 300 }])?.[0]).toBe(`${of('refunds')} 200/0`);
    expect(linesOf(total, [{ from: 0, to: 700 }])).toBeUndefined();
  });

  it.each([
    ['chargeback.opened', [`${of('chargebacks')} 400/0`, 'cash-at-provider 0/400']],
    ['chargeback.won', ['cash-at-provider 400/0', `${of('chargebacks')} 0/400`]],
  ] as const)('of %s moves what is disputed', (name, lines) => {
    expect(linesOf(fact(name, { disputed: 400 }))).toEqual(lines);
  });

  it('of a settlement empties what is owed into the balance', () => {
    const amounts = { gross: 1000, fees: 30, refunds: 200, chargebacks: 100, net: 670 };
    expect(linesOf(fact('settlement.settled', amounts))).toEqual([
      `${of('merchant-payable')} 970/0`,
      `${of('refunds')} 0/200`,
      `${of('chargebacks')} 0/100`,
      `${of('merchant-balance')} 0/670`,
    ]);
    // a chargeback won after it was settled
    const late = { gross: 0, fees: 0, refunds: 0, chargebacks: -100, net: 100 };
    expect(linesOf(fact('settlement.settled', late))).toEqual([
      `${of('chargebacks')} 100/0`,
      `${of('merchant-balance')} 0/100`,
    ]);
    expect(() => entryOf(fact('settlement.settled', { ...amounts, net: 671 }))).toThrow(
      'does not balance: debit 970, credit 971',
    );
  });

  it.each([
    ['balance.held', [`${of('merchant-balance')} 70/0`, `${of('withdrawals-in-transit')} 0/70`]],
    [
      'balance.released',
      [`${of('withdrawals-in-transit')} 70/0`, `${of('merchant-balance')} 0/70`],
    ],
    ['withdrawal.paid', [`${of('withdrawals-in-transit')} 70/0`, 'cash-at-bank 0/70']],
  ] as const)('of %s moves what is drawn', (name, lines) => {
    expect(linesOf(fact(name, { amount: 70 }))).toEqual(lines);
  });

  it('is kept for a merchant, or not at all', () => {
    expect(() => entryOf(fact('payment.completed', { amount: 1, merchantId: '' }))).toThrow(
      'merchant-payable is kept by merchant',
    );
  });

  it.each(['yesterday', '+012026-01-01T00:00:00Z', '1969-12-31T23:59:59Z'])(
    'has a moment: not %s',
    (occurredAt) => {
      expect(() => entryOf(fact('payment.completed', { occurredAt }))).toThrow('is no moment');
    },
  );

  it('has the moment in UTC, whatever offset it was told with', () => {
    const told = fact('payment.completed', { occurredAt: '2026-11-26T01:00:00+09:00' });
    expect(entryOf(told)?.occurredAt).toBe('2026-11-25T16:00:00.000Z');
  });
});

describe('a fact', () => {
  const paid = fact('payment.completed', { amount: 1000, fee: 30, revision: 4 });

  it('is the same by name, aggregate and revision', () => {
    const again = fact('payment.completed', { amount: 1000, fee: 30, revision: 4 }, 'another-id');
    expect(entryIdOf(again)).toBe(entryIdOf(paid));
    expect(entryIdOf(paid)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const shouted = fact('payment.completed', { revision: 4, orderId: ORDER.toUpperCase() });
    expect(entryIdOf(shouted)).toBe(entryIdOf(paid));
    const others = [
      fact('payment.completed', { revision: 5 }),
      fact('refund.completed', { revision: 4 }),
      fact('payment.completed', { revision: 4, orderId: WITHDRAWAL }),
    ];
    expect(new Set([paid, ...others].map(entryIdOf)).size).toBe(4);
  });

  it('says the same when all that is booked of it is the same', () => {
    const same = fact('payment.completed', { amount: 1000, fee: 30, revision: 4, channel: 'app' });
    expect(contentOf(same)).toBe(contentOf(paid));
    const offset = { amount: 1000, fee: 30, revision: 4, occurredAt: '2026-11-26T21:00:00+09:00' };
    expect(contentOf(fact('payment.completed', offset))).toBe(contentOf(paid));
    for (const other of [
      { amount: 1001 },
      { fee: 31 },
      { currency: 'EUR' },
      { merchantId: 'other' },
      { occurredAt: '2026-11-26T12:00:00.001Z' },
    ]) {
      const told = fact('payment.completed', { amount: 1000, fee: 30, revision: 4, ...other });
      expect(contentOf(told)).not.toBe(contentOf(paid));
    }
  });
});

describe('what is given back', () => {
  it('is covered once, whichever part comes first', () => {
    const lower = { refunded: 300 };
    const higher = { refunded: 500 };
    const first = newlyGiven(higher, []);
    expect(first.amount + newlyGiven(lower, [first.span]).amount).toBe(500);
    const part = newlyGiven({ refunded: 500, given: 200 }, []);
    expect(newlyGiven(lower, [part.span]).amount).toBe(300);
    expect(newlyGiven(higher, [part.span]).amount).toBe(300);
    // a total that was told before covers the parts below it
    expect(newlyGiven({ refunded: 700, given: 400 }, [first.span]).amount).toBe(200);
    expect(newlyGiven({ refunded: 300, given: 300 }, [first.span]).amount).toBe(0);
  });
});
