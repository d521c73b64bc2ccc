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
    return facts.map(({ kind, revision }) => `${kind}@${revision}`);
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
    expect(history(intended, [declined, { kind: 'dropped' }])).toEqual(['failed@2']);
    expect(history(intended, [{ kind: 'dropped' }])).toEqual(['failed@2']);
  });

  it('hold an order of no value too, and no refund of nothing', () => {
    const free = payment({ amount: 0 });
    expect(history(free, [{ kind: 'captured', captured: 0 }, { kind: 'dropped' }])).toEqual([
      'completed@2',
    ]);
  });
});
