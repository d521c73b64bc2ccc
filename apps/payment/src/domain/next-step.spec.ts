import { describe, expect, it } from '@jest/globals';
import { payment } from '../fixtures/payments.js';
import { nextStep, type NextStep } from './next-step.js';
import type { Payment, PaymentStatus } from './payment.js';

const stepOf = (change: Partial<Payment<string>>): NextStep => nextStep(payment(change));

describe('the next step towards what is wanted', () => {
  it.each<[PaymentStatus, NextStep, NextStep]>([
    // status, wanted captured, wanted undone
    ['accepted', 'open', 'drop'],
    ['intended', 'resume', 'withdraw'],
    ['captured', 'rest', 'give-back'],
    ['declined', 'rest', 'withdraw'],
    ['expired', 'rest', 'withdraw'],
    ['failed', 'rest', 'withdraw'],
    ['canceled', 'rest', 'rest'],
    ['refunded', 'rest', 'rest'],
  ])('of %s is %s for the charge and %s for taking it back', (status, forward, back) => {
    const change = {
      status,
      intentId: status === 'accepted' ? null : 'pi_1',
      captured: status === 'captured' ? 1200 : 0,
    };
    expect(stepOf({ ...change, wanted: 'captured' })).toBe(forward);
    expect(stepOf({ ...change, wanted: 'undone' })).toBe(back);
  });

  it.each<PaymentStatus>(['declined', 'failed'])(
    'asks nobody about a %s payment that never had an intent',
    (status) => expect(stepOf({ status, wanted: 'undone' })).toBe('drop'),
  );

  it('asks nobody for nothing, and gives nothing back', () => {
    expect(stepOf({ amount: 0 })).toBe('take-nothing');
    expect(stepOf({ amount: 0, status: 'captured', wanted: 'undone' })).toBe('drop');
  });
});
