import { describe, expect, it } from '@jest/globals';
import { payment } from '../fixtures/payments.js';
import { factsBetween } from './facts.js';
import type { Payment } from './payment.js';
import { settle, type Outcome } from './settle.js';

const intended = payment({ status: 'intended', intentId: 'pi_1', revision: 1 });
const captured: Outcome = { kind: 'captured', captured: 1200 };
const refunded: Outcome = { kind: 'refunded', captured: 1200, refunded: 1200 };

/** All facts of a payment that goes through these outcomes. */
function history(start: Payment, outcomes: readonly Outcome[]): string[] {
  let current = start;
  return outcomes.flatMap((outcome) => {
    const after = settle(current, outcome);
    const facts = factsBetween(current, after);
    current = after;
    return facts.map((fact) => {
      const kind = fact.kind === 'failed' ? fact.outcome : fact.kind;
      return `${kind}@${fact.revision}`;
    });
  });
}

describe('the facts of a payment', () => {
  it('come once, however often an outcome is recorded', () => {
    expect(history(intended, [captured, captured, refunded, refunded])).toEqual([
      'completed@2',
      'refunded@3',
    ]);
  });

  it('never hold a refund without its payment', () => {
    expect(history(intended, [refunded])).toEqual(['completed@2', 'refunded@3']);
  });

  it('say once that it failed', () => {
    const declined: Outcome = { kind: 'declined', code: 'x', attempt: 1 };
    expect(history(intended, [declined, { kind: 'dropped' }])).toEqual(['declined@2']);
    expect(history(intended, [{ kind: 'dropped' }])).toEqual(['canceled@2']);
  });

  it('say once how to pay, and that nobody did', () => {
    const instructions = { reference: 'R', payBy: '2026-11-29T12:00:00Z' };
    const told: Outcome = { kind: 'instructed', instructions };
    expect(history(intended, [told, told, { kind: 'expired' }])).toEqual([
      ...['instructed@2', 'expired@3'],
    ]);
  });

  it('say of each card that was declined', () => {
    const declined = (attempt: number): Outcome => ({ kind: 'declined', code: 'x', attempt });
    const second = { ...settle(intended, declined(1)), status: 'intended' as const, attempt: 2 };
    expect(history(second, [declined(1), declined(2), captured])).toEqual([
      ...['declined@3', 'completed@4'],
    ]);
  });

  it('say once that money will not be given back, with a revision of its own', () => {
    const goods = (returnId: string) => ({ returnId, amount: 100, done: false, to: [] });
    const paid = { ...settle(intended, captured), goodsRefunds: [goods('one'), goods('two')] };
    const rejected = [{ returnId: 'two', code: 'disputed' }];
    const outcome: Outcome = { kind: 'goods-refunded', returnIds: ['one'], rejected };
    expect(history(paid, [outcome, { ...outcome, returnIds: [] }])).toEqual([
      ...['refund-failed@3', 'refunded@4'],
    ]);
    const noRefund: Outcome = { kind: 'rejected', what: 'undo', code: 'disputed' };
    expect(history(settle(intended, captured), [noRefund, noRefund])).toEqual(['refund-failed@3']);
  });

  it('hold an order of no value too, and no refund of nothing', () => {
    const free = payment({ amount: 0 });
    expect(history(free, [{ kind: 'captured', captured: 0 }, { kind: 'dropped' }])).toEqual([
      'completed@2',
    ]);
  });
});
