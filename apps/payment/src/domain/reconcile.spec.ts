import { describe, expect, it } from '@jest/globals';
import { payment } from '../fixtures/payments.js';
import { withChargebacks } from './chargebacks.js';
import {
  differencesOf,
  disputeDifferences,
  isUnderWay,
  unknownToThem,
  type TheirDispute,
  type TheirIntent,
} from './reconcile.js';

const ours = payment({
  ...{ status: 'captured', intentId: 'pi_1', captured: 1200, chargeTo: [] },
});
const { orderId } = ours;
const theirs: TheirIntent = {
  ...{ intentId: 'pi_1', orderId, currency: 'JPY', captured: 1200, refunded: 0 },
};

describe('a payment and the provider’s books', () => {
  it('agree when money and intent are the same', () => {
    expect(differencesOf(theirs, ours)).toEqual([]);
    expect(differencesOf({ ...theirs, captured: 0 }, { ...ours, captured: 0 })).toEqual([]);
  });

  it('differ in every amount that is not the same', () => {
    const other = { ...theirs, captured: 1000, refunded: 300, currency: 'USD' };
    expect(differencesOf(other, ours)).toEqual([
      { kind: 'captured', orderId, intentId: 'pi_1', ours: 1200, theirs: 1000 },
      { kind: 'refunded', orderId, intentId: 'pi_1', ours: 0, theirs: 300 },
      { kind: 'currency', orderId, intentId: 'pi_1', ours: 'JPY', theirs: 'USD' },
    ]);
  });

  it('differ when money was taken with another intent, and not when none was', () => {
    const second = { ...theirs, intentId: 'pi_2' };
    expect(differencesOf(second, ours)).toEqual([
      { kind: 'other-intent', orderId, intentId: 'pi_2', ours: 'pi_1', theirs: 1200 },
    ]);
    expect(differencesOf({ ...second, captured: 0 }, ours)).toEqual([]);
    expect(differencesOf(second, { ...ours, intentId: null })).toEqual([
      { kind: 'other-intent', orderId, intentId: 'pi_2', theirs: 1200 },
    ]);
  });

  it('differ when one of them knows nothing', () => {
    expect(differencesOf(theirs, undefined)).toEqual([
      { kind: 'not-ours', orderId, intentId: 'pi_1', theirs: 1200 },
    ]);
    const { orderId: _, ...nameless } = theirs;
    expect(differencesOf(nameless, undefined)).toEqual([
      { kind: 'not-ours', intentId: 'pi_1', theirs: 1200 },
    ]);
    expect(unknownToThem(ours)).toEqual({
      ...{ kind: 'not-theirs', orderId, intentId: 'pi_1', ours: 1200 },
    });
  });

  it('are not compared while somebody works on the payment', () => {
    expect(isUnderWay(ours)).toBe(false);
    expect(isUnderWay({ ...ours, wanted: 'undone' })).toBe(true);
    expect(isUnderWay(payment({ status: 'intended', intentId: 'pi_1' }))).toBe(true);
  });
});

describe('a dispute and the provider’s books', () => {
  const dispute: TheirDispute = {
    ...{ disputeId: 'dp_1', intentId: 'pi_1', orderId, amount: 500, currency: 'JPY' },
    status: 'open',
  };
  const chargeback = { chargebackId: 'dp_1', disputed: 500, reason: 'x', status: 'open' } as const;
  const known = withChargebacks(ours, [chargeback]);
  const about = { kind: 'chargeback', orderId, intentId: 'pi_1' } as const;

  it('agree when it is known, as it stands', () => {
    expect(disputeDifferences(dispute, known)).toEqual([]);
    const won = withChargebacks(known, [{ ...chargeback, status: 'won' }]);
    expect(disputeDifferences({ ...dispute, status: 'won' }, won)).toEqual([]);
  });

  it('differ when it is not known, or not as it stands', () => {
    expect(disputeDifferences(dispute, ours)).toEqual([{ ...about, theirs: 500 }]);
    expect(disputeDifferences({ ...dispute, status: 'won' }, ours)).toEqual([
      { ...about, theirs: 500 },
    ]);
    expect(disputeDifferences({ ...dispute, status: 'lost', amount: 400 }, known)).toEqual([
      { ...about, ours: 500, theirs: 400 },
      { ...about, ours: 'open', theirs: 'lost' },
    ]);
  });

  it('differ in the currency, which nothing is added up with', () => {
    expect(disputeDifferences({ ...dispute, currency: 'USD' }, ours)).toEqual([
      { ...about, kind: 'currency', ours: 'JPY', theirs: 'USD' },
    ]);
  });

  it('differ when it takes money of a payment that is not ours, until it is won', () => {
    const { orderId: _, ...nameless } = dispute;
    expect(disputeDifferences(nameless, undefined)).toEqual([
      { kind: 'chargeback', intentId: 'pi_1', theirs: 500 },
    ]);
    const second = { ...dispute, intentId: 'pi_2' };
    expect(disputeDifferences(second, ours)).toEqual([{ ...about, intentId: 'pi_2', theirs: 500 }]);
    expect(disputeDifferences({ ...second, status: 'won' }, ours)).toEqual([]);
  });
});
