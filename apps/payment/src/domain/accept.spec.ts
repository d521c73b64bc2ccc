import { describe, expect, it } from '@jest/globals';
import { charge, payment } from '../fixtures/payments.js';
import { acceptCharge, acceptUndo } from './accept.js';
import type { PaymentStatus } from './payment.js';

describe('accepting a charge', () => {
  it('opens the one payment of an order', () => {
    expect(acceptCharge(undefined, charge(), 'charge-1')).toEqual({
      kind: 'later',
      work: true,
      payment: payment(),
    });
  });

  it.each<PaymentStatus>(['accepted', 'intended'])(
    'lets a second charge wait for the first while it is %s',
    (status) => {
      const acceptance = acceptCharge(payment({ status }), charge(), 'charge-2');
      expect(acceptance).toMatchObject({
        kind: 'later',
        work: false,
        payment: { chargeTo: ['charge-1', 'charge-2'], revision: 2, wanted: 'captured' },
      });
    },
  );

  it.each<PaymentStatus>(['captured', 'expired'])('answers at once when it is %s', (status) => {
    const known = payment({ status, intentId: 'pi_1', chargeTo: [] });
    expect(acceptCharge(known, charge(), 'charge-2')).toEqual({ kind: 'known', payment: known });
  });

  it.each<PaymentStatus>(['canceled', 'refunded'])('never charges again what is %s', (status) => {
    const undone = payment({ status, wanted: 'undone' });
    expect(acceptCharge(undone, charge(), 'charge-2').kind).toBe('known');
  });

  it('does not revive a payment that is being taken back', () => {
    const undoing = payment({ status: 'captured', wanted: 'undone', chargeTo: [] });
    expect(acceptCharge(undoing, charge(), 'charge-2')).toMatchObject({
      kind: 'later',
      work: false,
      payment: { wanted: 'undone', chargeTo: ['charge-2'] },
    });
  });

  it('tries a failed payment again, and keeps the intent that is to be closed before', () => {
    const failed = payment({ status: 'failed', sealedToken: null, problemCode: 'x', chargeTo: [] });
    expect(acceptCharge(failed, charge(), 'charge-2')).toMatchObject({
      work: true,
      payment: { status: 'accepted', sealedToken: 'sealed:tok_ok', problemCode: null },
    });
    expect(acceptCharge({ ...failed, intentId: 'pi_1' }, charge(), 'charge-2')).toMatchObject({
      work: true,
      payment: { status: 'accepted', intentId: 'pi_1' },
    });
  });

  it('tries another card after a declined one, as an attempt of its own', () => {
    const declined = payment({ status: 'declined', intentId: 'pi_1', sealedToken: null });
    const known = { ...declined, problemCode: 'lost_card', chargeTo: [] };
    const another = charge({ sealedToken: 'sealed:other' });
    expect(acceptCharge(known, another, 'charge-2')).toMatchObject({
      kind: 'later',
      work: true,
      payment: {
        ...{ status: 'accepted', attempt: 2, sealedToken: 'sealed:other', problemCode: null },
        ...{ intentId: 'pi_1', chargeTo: ['charge-2'], revision: 2 },
      },
    });
  });

  it.each([{ amount: 1201 }, { currency: 'EUR' }])(
    'refuses another payment for the same order: %j',
    (other) => {
      expect(acceptCharge(payment(), charge(other), 'charge-2').kind).toBe('conflict');
    },
  );
});

describe('accepting that a charge is taken back', () => {
  it('has nothing to do for an order without a payment', () => {
    expect(acceptUndo(undefined, 'undo-1')).toEqual({ kind: 'nothing-to-undo' });
  });

  it.each<PaymentStatus>(['accepted', 'intended', 'captured', 'declined', 'failed'])(
    'wants it undone for good while it is %s',
    (status) => {
      expect(acceptUndo(payment({ status }), 'undo-1')).toMatchObject({
        kind: 'later',
        work: true,
        payment: { status, wanted: 'undone', undoTo: ['undo-1'], revision: 2 },
      });
    },
  );

  it.each<PaymentStatus>(['canceled', 'refunded'])('answers at once when it is %s', (status) => {
    const undone = payment({ status, wanted: 'undone' });
    expect(acceptUndo(undone, 'undo-2')).toEqual({ kind: 'known', payment: undone });
  });
});
