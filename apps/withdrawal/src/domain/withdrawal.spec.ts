import { describe, expect, it } from '@jest/globals';
import {
  PAYOUT_STATES,
  acceptPayOut,
  complete,
  misunderstood,
  pollPauseMs,
  reject,
  settle,
  type Outcome,
  type PayoutState,
  type Withdrawal,
} from './withdrawal.js';

const id = '019aa0c5-7d5c-7000-8000-000000000003';
const at = new Date('2026-11-26T12:00:00Z');
const reason = { code: 'because', message: '' };

const withdrawal = (more: Partial<Withdrawal<string>> = {}): Withdrawal<string> => ({
  ...{ withdrawalId: id, merchantId: 'm-1', currency: 'GBP', amount: 5000 },
  account: { currency: 'GBP', holder: 'The Tea Shop Ltd', number: '12345678' },
  ...{ status: 'requested', payout: 'none', payoutId: null, problemCode: null, reason: null },
  ...{ revision: 1, createdAt: at, updatedAt: at, payOutTo: [], ...more },
});
const inState = (payout: PayoutState) =>
  withdrawal({ payout, status: payout === 'paid' ? 'paid' : 'requested', revision: 2 });

describe('a payout', () => {
  it('is ordered once; who asks again waits with the first', () => {
    const once = acceptPayOut(withdrawal(), id, 'a');
    expect(once).toMatchObject({ payout: 'ordered', revision: 2, payOutTo: ['a'] });
    expect(acceptPayOut(once, id, 'b')).toMatchObject({ revision: 2, payOutTo: ['a', 'b'] });
  });

  it('is not ordered of what is decided, rejected or not known', () => {
    const decided = [inState('paid'), inState('refused'), withdrawal({ status: 'rejected' })];
    for (const one of decided) expect(acceptPayOut(one, id, 'a')).toBe(one);
    expect(() => acceptPayOut(undefined, id, 'a')).toThrow('it is not known');
  });

  it.each<[Outcome, Partial<Withdrawal>]>([
    [
      { kind: 'paid', payoutId: 'p' },
      { payout: 'paid', status: 'paid', payoutId: 'p' },
    ],
    [
      { kind: 'pending', payoutId: 'p' },
      { payout: 'pending', status: 'requested', payoutId: 'p' },
    ],
    [
      { kind: 'refused', payoutId: 'p', code: 'closed' },
      { payout: 'refused', status: 'requested', problemCode: 'closed' },
    ],
  ])('becomes what the bank says: %j', (outcome, after) => {
    const before = withdrawal({ payout: 'ordered', problemCode: 'odd', revision: 2 });
    expect(settle(before, outcome)).toMatchObject({ problemCode: null, revision: 3, ...after });
  });

  it('that is decided stays so, whatever the bank says later', () => {
    for (const payout of ['none', 'paid', 'refused'] as const) {
      const before = inState(payout);
      for (const kind of ['paid', 'refused', 'pending'] as const) {
        expect(settle(before, { kind, payoutId: 'x', code: 'y' })).toBe(before);
      }
    }
    const pending = inState('pending');
    expect(settle(pending, { kind: 'pending', payoutId: 'x' })).toBe(pending);
    expect(settle(pending, { kind: 'unchanged' })).toBe(pending);
  });

  it('that the bank does not understand says so once, and is out all the same', () => {
    const odd = misunderstood(inState('ordered'), 'odd');
    expect(odd).toMatchObject({ payout: 'ordered', problemCode: 'odd', revision: 3 });
    expect(misunderstood(odd, 'odd')).toBe(odd);
    const paid = inState('paid');
    expect(misunderstood(paid, 'odd')).toBe(paid);
  });

  it('that is pending and understood again would say so anew', () => {
    const odd = misunderstood(inState('pending'), 'odd');
    const clear = settle(odd, { kind: 'pending', payoutId: 'p' });
    expect(clear).toMatchObject({ payout: 'pending', problemCode: null, revision: 4 });
    expect(misunderstood(clear, 'odd')).toMatchObject({ problemCode: 'odd', revision: 5 });
  });

  it.each([
    [0, 250],
    [10_000, 5_000],
    [86_400_000, 60_000],
  ])('is asked for more seldom the longer it takes: after %i ms in %i', (waitedMs, pauseMs) => {
    expect(pollPauseMs({ leastMs: 250, mostMs: 60_000 }, waitedMs)).toBe(pauseMs);
  });
});

describe('a withdrawal', () => {
  it('is rejected only where nothing is paid, and nothing will be', () => {
    for (const payout of PAYOUT_STATES) {
      const one = inState(payout);
      if (payout === 'none' || payout === 'refused') {
        expect(reject(one, reason)).toMatchObject({ status: 'rejected', reason, revision: 3 });
      } else {
        expect(() => reject(one, reason)).toThrow(`its payout is ${payout}`);
      }
    }
    const before = withdrawal({ status: 'rejected' });
    expect(reject(before, reason)).toBe(before);
    expect(reject(undefined, reason)).toBeUndefined();
  });

  it('is completed only when it is paid, once', () => {
    const done = complete(inState('paid'), id);
    expect(done).toMatchObject({ status: 'completed', revision: 3 });
    expect(complete(done, id)).toBe(done);
    expect(() => complete(inState('pending'), id)).toThrow('it is requested');
    expect(() => complete(undefined, id)).toThrow('it is not known');
  });
});
