/**
 * Promises attacked here: an order's money is made of what is known of it, whichever fact came first
 * and however often; nothing is due that is neither delivered nor wholly given back.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { moneyOf, type MoneyFact, type MoneyFactType } from './order-money.js';

const fact = (type: MoneyFactType, revision: number, more: Partial<MoneyFact> = {}): MoneyFact => ({
  ...{ orderId: 'o', type, revision, at: revision * 1000, amount: 0, fee: 0 },
  ...more,
});
const paid = fact('payment.completed', 2, { amount: 1000, fee: 30 });
const delivered = fact('order.completed', 4);
const refund = (revision: number, amount: number, fee = 0) =>
  fact('refund.completed', revision, { amount, fee });
const opened = (revision: number, amount: number, subject = 'cb') =>
  fact('chargeback.opened', revision, { amount, subject });
const won = (revision: number, amount: number, subject = 'cb') =>
  fact('chargeback.won', revision, { amount, subject });

describe('the money of an order', () => {
  it('is not known before it is paid, and not due before it is delivered', () => {
    expect(moneyOf([delivered])).toMatchObject({ captured: undefined, dueFrom: 4000 });
    expect(moneyOf([paid])).toMatchObject({ captured: 1000, fees: 30, dueFrom: undefined });
    expect(moneyOf([paid, delivered])).toMatchObject({ dueFrom: 4000, atOnce: false });
  });

  it('is what was captured first, whatever is said to be captured later', () => {
    const again = fact('payment.completed', 6, { amount: 4000, fee: 120 });
    for (const facts of [
      [paid, again],
      [again, paid],
    ]) {
      expect(moneyOf(facts)).toMatchObject({ captured: 1000, fees: 30 });
    }
  });

  it('takes the highest total of refunds, and every fee that was given back', () => {
    const facts = [paid, refund(7, 500, 10), refund(5, 200, 5)];
    expect(moneyOf(facts)).toMatchObject({ refunded: 500, fees: 15, atOnce: false });
  });

  it('is due at once when all of it was given back, by whichever ways', () => {
    expect(moneyOf([paid, refund(5, 1000, 30)])).toMatchObject({ dueFrom: 5000, atOnce: true });
    expect(moneyOf([refund(5, 600), paid, opened(9, 400)])).toMatchObject({
      ...{ refunded: 600, chargebacks: 400, dueFrom: 9000, atOnce: true },
    });
    expect(moneyOf([refund(5, 1000)])).toMatchObject({ dueFrom: undefined, atOnce: false });
  });

  it('waits for its delivery again when a dispute is won', () => {
    const facts = [paid, opened(9, 1000), won(12, 1000)];
    expect(moneyOf(facts)).toMatchObject({ chargebacks: 0, dueFrom: undefined, atOnce: false });
    expect(moneyOf([...facts, delivered])).toMatchObject({ dueFrom: 4000, atOnce: false });
  });

  it('brings back no dispute of which only the end is known', () => {
    expect(moneyOf([paid, won(12, 1000)])).toMatchObject({ chargebacks: 0 });
    const two = [paid, opened(9, 100, 'a'), opened(10, 200, 'b'), won(11, 100, 'a')];
    expect(moneyOf(two)).toMatchObject({ chargebacks: 200 });
  });

  it('is the same in any order of the facts', () => {
    const some = fc.record({
      type: fc.constantFrom<MoneyFactType>(
        ...(['payment.completed', 'refund.completed', 'order.completed'] as const),
        ...(['chargeback.opened', 'chargeback.won'] as const),
      ),
      revision: fc.integer({ min: 1, max: 6 }),
      at: fc.integer({ min: 0, max: 5 }),
      amount: fc.integer({ min: 0, max: 5 }),
      fee: fc.integer({ min: 0, max: 3 }),
      subject: fc.constantFrom('a', 'b'),
    });
    const set = fc
      .uniqueArray(some, { selector: ({ type, revision }) => `${type}@${revision}`, maxLength: 12 })
      .map((facts) => facts.map((one): MoneyFact => ({ orderId: 'o', ...one })))
      // The amount of a dispute is the same in all that is said of it.
      .map((facts) =>
        facts.map((one) =>
          one.type.startsWith('chargeback')
            ? { ...one, amount: one.subject === 'a' ? 2 : 3, revision: one.revision }
            : one,
        ),
      );
    const shuffled = set.chain((facts) =>
      fc.tuple(
        fc.constant(facts),
        fc.shuffledSubarray(facts, { minLength: facts.length, maxLength: facts.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([facts, others]) => {
        expect(moneyOf(others)).toEqual(moneyOf(facts));
      }),
    );
  });
});
