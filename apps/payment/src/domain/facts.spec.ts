import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FeeRate } from '#contracts';
import { payment } from '../fixtures/payments.js';
import { factsBetween, type Fact } from './facts.js';
import type { Chargeback, Payment } from './payment.js';
import { settle, type Outcome } from './settle.js';
import { withChargebacks } from './chargebacks.js';
import { withFee } from './fee.js';

const intended = payment({ status: 'intended', intentId: 'pi_1', revision: 1 });
const captured: Outcome = { kind: 'captured', captured: 1200 };
const refunded: Outcome = { kind: 'refunded', captured: 1200, refunded: 1200 };

/** As the recorder records it. */
const RATE: FeeRate = {
  rateId: 'rate-1',
  channel: '*',
  validFrom: '2026-01-01T00:00:00Z',
  basisPoints: 250,
  fixed: [{ currency: 'JPY', amount: 10 }],
};
const record = (before: Payment, outcome: Outcome): Payment =>
  withFee(before, settle(before, outcome), [RATE], new Date('2026-11-26T12:00:00Z'));

/** All facts of a payment that goes through these outcomes. */
function history(start: Payment, outcomes: readonly Outcome[]): string[] {
  let current = start;
  return outcomes.flatMap((outcome) => {
    const after = record(current, outcome);
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

  it('tell what was given back each time, and the fee with the order that is undone', () => {
    const goods = { returnId: 'one', amount: 300, done: false, to: [] };
    const paid = { ...record(intended, captured), goodsRefunds: [goods] };
    const goodsBack = record(paid, { kind: 'goods-refunded', returnIds: ['one'], rejected: [] });
    expect(factsBetween(paid, goodsBack)).toEqual([
      { kind: 'refunded', revision: 3, given: 300, feeReturned: 0 },
    ]);
    expect(factsBetween(goodsBack, record(goodsBack, refunded))).toEqual([
      { kind: 'refunded', revision: 4, given: 900, feeReturned: 40 },
    ]);
    const allBack = { ...goodsBack, refunded: 1200 };
    expect(factsBetween(allBack, record(allBack, refunded))).toEqual([
      { kind: 'refunded', revision: 4, given: 0, feeReturned: 40 },
    ]);
  });

  it('open a chargeback before it is won or lost, each once', () => {
    const paid = record(intended, captured);
    const one: Chargeback = dispute('dp_1', 'open');
    const opened = withChargebacks(paid, [one]);
    expect(toldOf(paid, opened)).toEqual(['chargeback-opened dp_1@3']);
    expect(toldOf(opened, withChargebacks(opened, [one]))).toEqual([]);
    const both = withChargebacks(opened, [dispute('dp_1', 'won'), dispute('dp_2', 'lost')]);
    expect(toldOf(opened, both)).toEqual([
      ...['chargeback-won dp_1@4', 'chargeback-opened dp_2@5', 'chargeback-lost dp_2@6'],
    ]);
    const appealed = withChargebacks(both, [dispute('dp_2', 'won')]);
    expect(toldOf(both, appealed)).toEqual(['chargeback-won dp_2@7']);
    expect(appealed).toBe(withChargebacks(appealed, [one, dispute('dp_2', 'lost')]));
  });

  it('add up, each once, whatever happens in which order and however often', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 12 }), (steps) => {
        let current: Payment = { ...intended, goodsRefunds: GOODS };
        const facts: Fact[] = [];
        for (const step of steps) {
          const after =
            'chargebacks' in step
              ? withChargebacks(current, step.chargebacks)
              : record(current, step);
          facts.push(...factsBetween(current, after));
          expect(facts.at(-1)?.revision ?? 0).toBeLessThanOrEqual(after.revision);
          current = after;
        }
        const revisions = facts.map(({ revision }) => revision);
        expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
        expect(revisions.every((revision) => revision > intended.revision)).toBe(true);
        const refunds = facts.filter((fact) => fact.kind === 'refunded');
        const sum = (of: (fact: (typeof refunds)[number]) => number) =>
          refunds.reduce((total, fact) => total + of(fact), 0);
        expect(sum(({ given }) => given)).toBe(current.refunded);
        expect(sum(({ feeReturned }) => feeReturned)).toBe(current.feeReturned);
        expect(facts.filter(({ kind }) => kind === 'completed')).toHaveLength(
          current.capturedAt === null ? 0 : 1,
        );
        for (const { chargebackId, status } of current.chargebacks) {
          const told = facts.flatMap((fact) =>
            'chargeback' in fact && fact.chargeback.chargebackId === chargebackId
              ? [fact.kind]
              : [],
          );
          expect(told[0]).toBe('chargeback-opened');
          expect(told).toHaveLength(new Set(told).size);
          if (status !== 'open') expect(told.at(-1)).toBe(`chargeback-${status}`);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

const dispute = (chargebackId: string, status: Chargeback['status']): Chargeback => ({
  ...{ chargebackId, status, disputed: 500, reason: 'fraudulent' },
});

const toldOf = (before: Payment, after: Payment): string[] =>
  factsBetween(before, after).map((fact) => {
    const about = 'chargeback' in fact ? fact.chargeback.chargebackId : '';
    return `${fact.kind} ${about}@${fact.revision}`;
  });

const GOODS = ['one', 'two'].map((returnId) => ({ returnId, amount: 200, done: false, to: [] }));
const RETURNS = fc.subarray(['one', 'two']);

/** What a provider may answer at any time, sense or nonsense. */
const STEP: fc.Arbitrary<Outcome | { readonly chargebacks: readonly Chargeback[] }> = fc.oneof(
  fc.constant(captured),
  fc.constantFrom<Outcome>({ kind: 'dropped' }, { kind: 'expired' }, { kind: 'unchanged' }),
  fc.record({
    kind: fc.constant('declined' as const),
    code: fc.constant('x'),
    attempt: fc.constantFrom(1, 2),
  }),
  fc.record({
    kind: fc.constant('goods-refunded' as const),
    returnIds: RETURNS,
    rejected: RETURNS.map((ids) => ids.map((returnId) => ({ returnId, code: 'disputed' }))),
  }),
  fc.record({
    kind: fc.constant('rejected' as const),
    what: fc.constantFrom('charge' as const, 'undo' as const),
    code: fc.constantFrom('a', 'b'),
  }),
  fc.record({
    kind: fc.constant('refunded' as const),
    captured: fc.constant(1200),
    refunded: fc.constantFrom(1000, 1200),
  }),
  fc.record({
    chargebacks: fc.array(
      fc
        .tuple(fc.constantFrom('dp_1', 'dp_2'), fc.constantFrom('open', 'lost', 'won'))
        .map(([id, status]) => dispute(id, status)),
      { maxLength: 3 },
    ),
  }),
);
