/** Promise attacked here: the fee is what counted as the money was taken, and never changes again. */
import { describe, expect, it } from '@jest/globals';
import type { FeeRate } from '#contracts';
import { payment } from '../fixtures/payments.js';
import { withFee } from './fee.js';
import type { Payment } from './payment.js';
import { settle, type Outcome } from './settle.js';

const rate = (change: Partial<FeeRate> = {}): FeeRate => ({
  rateId: 'any',
  channel: '*',
  validFrom: '2026-01-01T00:00:00Z',
  basisPoints: 325,
  fixed: [],
  ...change,
});
const RATES = [
  rate(),
  rate({ rateId: 'later', validFrom: '2026-11-27T00:00:00Z', basisPoints: 500 }),
  rate({ rateId: 'app', channel: 'app', fixed: [{ currency: 'JPY', amount: 30 }] }),
];
const NOW = new Date('2026-11-26T23:59:59.999Z');
const captured: Outcome = { kind: 'captured', captured: 1200 };
const refunded: Outcome = { kind: 'refunded', captured: 1200, refunded: 1200 };
const record = (before: Payment, outcome: Outcome, rates = RATES, now = NOW): Payment =>
  withFee(before, settle(before, outcome), rates, now);

const intended = payment({ status: 'intended', intentId: 'pi_1' });

describe('the fee of a payment', () => {
  it('is that of its channel, at the moment of the capture', () => {
    const taken = { captured: 1200, capturedAt: NOW.toISOString() };
    expect(record(intended, captured)).toMatchObject({ ...taken, fee: 39, feeRateId: 'any' });
    const app = record({ ...intended, channel: 'app' }, captured);
    expect(app).toMatchObject({ ...taken, fee: 69, feeRateId: 'app' });
    const later = record(intended, captured, RATES, new Date(NOW.getTime() + 1));
    expect(later).toMatchObject({ fee: 60, feeRateId: 'later' });
  });

  it('is nothing where no rate is known, and never waits for one', () => {
    const taken = record(intended, captured, []);
    expect(taken).toMatchObject({ captured: 1200, fee: 0, feeRateId: null });
    expect(record(taken, captured)).toMatchObject({ fee: 0, feeRateId: null });
    expect(record(taken, refunded)).toMatchObject({ fee: 0, feeReturned: 0 });
  });

  it('is decided once: what comes after the capture leaves it, whatever counts by then', () => {
    const goods = { returnId: 'one', amount: 300, done: false, to: [] };
    const paid = { ...record(intended, captured), goodsRefunds: [goods] };
    const outcome: Outcome = { kind: 'goods-refunded', returnIds: ['one'], rejected: [] };
    const dearer = [rate({ rateId: 'dearer', basisPoints: 9_000 })];
    const back = record(paid, outcome, dearer, new Date('2026-12-01T00:00:00Z'));
    const decided = { fee: 39, feeRateId: 'any', capturedAt: NOW.toISOString() };
    expect(back).toMatchObject({ ...decided, refunded: 300, feeReturned: 0 });
    expect(record(back, refunded, dearer)).toMatchObject({ ...decided, feeReturned: 39 });
  });

  it('is decided and returned at once where both are found out together', () => {
    expect(record(intended, refunded)).toMatchObject({ fee: 39, feeReturned: 39 });
  });

  it('is none of a payment that was not made', () => {
    const declined = record(intended, { kind: 'declined', code: 'x', attempt: 1 });
    expect(declined).toMatchObject({ fee: 0, feeRateId: null, capturedAt: null });
    expect(record(intended, { kind: 'dropped' })).toMatchObject({ fee: 0, feeReturned: 0 });
  });
});
