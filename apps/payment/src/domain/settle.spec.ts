import { describe, expect, it } from '@jest/globals';
import { payment } from '../fixtures/payments.js';
import { chargeVerdict, undoVerdict, type Payment, type PaymentStatus } from './payment.js';
import { settle, type Outcome } from './settle.js';

const captured: Outcome = { kind: 'captured', captured: 1200 };
const declined: Outcome = { kind: 'declined', code: 'card_declined', attempt: 1 };
const dropped: Outcome = { kind: 'dropped' };
const refunded = { kind: 'refunded', captured: 1200, refunded: 1200 } as const;
const noCharge: Outcome = { kind: 'rejected', what: 'charge', code: 'bad_amount' };
const noRefund: Outcome = { kind: 'rejected', what: 'undo', code: 'disputed' };

const at = (status: PaymentStatus): Payment<string> => ({
  ...payment({ status, revision: 5, intentId: status === 'accepted' ? null : 'pi_1' }),
  captured: status === 'captured' || status === 'refunded' ? 1200 : 0,
  refunded: status === 'refunded' ? 1200 : 0,
});

describe('what an outcome makes of a payment', () => {
  const same = null;
  const names = [
    ...['captured', 'declined', 'dropped', 'refunded', 'charge rejected', 'undo rejected'],
    'expired',
  ];
  const expired: Outcome = { kind: 'expired' };
  const outcomes = [captured, declined, dropped, refunded, noCharge, noRefund, expired];
  const all: Record<PaymentStatus, (PaymentStatus | null)[]> = {
    accepted: ['captured', 'declined', 'canceled', 'refunded', 'failed', 'accepted', 'expired'],
    intended: ['captured', 'declined', 'canceled', 'refunded', 'failed', 'intended', 'expired'],
    captured: [same, same, same, 'refunded', same, 'captured', same],
    declined: ['captured', same, 'canceled', 'refunded', same, 'declined', same],
    expired: ['captured', same, 'canceled', 'refunded', same, 'expired', same],
    failed: ['captured', same, 'canceled', 'refunded', same, 'failed', same],
    canceled: [same, same, same, same, same, same, same],
    refunded: [same, same, same, same, same, same, same],
  };
  const cases = Object.entries(all).flatMap(([status, expected]) =>
    outcomes.map((outcome, index) => ({
      status: status as PaymentStatus,
      outcome,
      name: names[index],
      expected: expected[index] ?? null,
    })),
  );

  it.each(cases)('$status + $name -> $expected', ({ status, outcome, expected }) => {
    const before = at(status);
    const after = settle(before, outcome);
    if (expected === null) expect(after).toBe(before);
    else expect(after.status).toBe(expected);
    expect(after.revision).toBeGreaterThanOrEqual(before.revision);
  });

  it('of a card says nothing about the one that followed it', () => {
    const second = { ...at('intended'), attempt: 2 };
    expect(settle(second, declined)).toBe(second);
    const own = { ...declined, attempt: 2 } as const;
    expect(settle(second, own)).toMatchObject({ status: 'declined' });
  });

  it('tells a customer once how to pay', () => {
    const instructions = { reference: 'R', payBy: '2026-11-29T12:00:00Z' };
    const told = settle(at('intended'), { kind: 'instructed', instructions });
    expect(told).toMatchObject({ status: 'intended', instructions, revision: 6 });
    const other = { reference: 'Q', payBy: '2026-12-29T12:00:00Z' };
    expect(settle(told, { kind: 'instructed', instructions: other })).toBe(told);
    const paid = at('captured');
    expect(settle(paid, { kind: 'instructed', instructions })).toBe(paid);
  });

  it('changes nothing when nothing was found out', () => {
    const before = at('intended');
    expect(settle(before, { kind: 'unchanged' })).toBe(before);
  });

  it('is booked with the amounts that the provider names, and no others', () => {
    const booked = (status: PaymentStatus, outcome: Outcome) => {
      const after = settle(at(status), outcome);
      return [after.captured, after.refunded];
    };
    expect(booked('intended', { kind: 'captured', captured: 900 })).toEqual([900, 0]);
    expect(booked('captured', { ...refunded, refunded: 700 })).toEqual([1200, 700]);
    expect(booked('intended', { ...refunded, captured: 900, refunded: 900 })).toEqual([900, 900]);
    expect(booked('refunded', { ...refunded, refunded: 2400 })).toEqual([1200, 1200]);
    for (const outcome of [declined, dropped, noCharge]) {
      expect(booked('intended', outcome)).toEqual([0, 0]);
    }
  });

  it('forgets the card token once the charge is decided', () => {
    for (const outcome of [captured, declined, dropped, refunded, noCharge]) {
      expect(settle(at('intended'), outcome).sealedToken).toBeNull();
    }
    expect(settle(at('intended'), noRefund).sealedToken).toBe('sealed:tok_ok');
  });

  it('keeps saying that the money is taken when giving it back is rejected', () => {
    const after = settle({ ...at('captured'), wanted: 'undone' }, noRefund);
    expect(after).toMatchObject({ status: 'captured', captured: 1200, problemCode: 'disputed' });
    expect(undoVerdict(after)).toBeUndefined();
  });
});

describe('the verdicts', () => {
  it.each<[PaymentStatus, string | undefined, boolean]>([
    ['accepted', undefined, false],
    ['intended', undefined, false],
    ['captured', 'captured', false],
    ['declined', 'declined', false],
    ['failed', 'failed', false],
    ['canceled', 'declined', true],
    ['refunded', 'declined', true],
  ])('of %s are %s for the charge, final for taking it back: %s', (status, charge, undone) => {
    expect(chargeVerdict(at(status))?.kind).toBe(charge);
    expect(undoVerdict(at(status)) !== undefined).toBe(undone);
  });
});
