/** Promise attacked here: a dispute counts once, by the latest that is known of it, however it is read. */
import { describe, expect, it } from '@jest/globals';
import { payment } from '../fixtures/payments.js';
import { chargedBack, isDisputed, withChargebacks } from './chargebacks.js';
import type { Chargeback } from './payment.js';

const dispute = (
  chargebackId: string,
  status: Chargeback['status'],
  disputed = 500,
): Chargeback => ({ chargebackId, status, disputed, reason: 'fraudulent' });

const paid = payment({ status: 'captured', captured: 1200, revision: 2 });

describe('the disputes of a payment', () => {
  it('are kept in the order in which they were opened', () => {
    const one = withChargebacks(paid, [dispute('dp_1', 'open')]);
    const two = withChargebacks(one, [dispute('dp_1', 'lost'), dispute('dp_2', 'open', 200)]);
    expect(two.chargebacks).toEqual([dispute('dp_1', 'lost'), dispute('dp_2', 'open', 200)]);
    expect(two.revision).toBe(5);
  });

  it.each([
    ['open', 'open', 'open'],
    ['open', 'lost', 'lost'],
    ['open', 'won', 'won'],
    ['lost', 'open', 'lost'],
    ['lost', 'won', 'won'],
    ['won', 'open', 'won'],
    ['won', 'lost', 'won'],
  ] as const)('that are %s and read as %s are %s', (before, read, after) => {
    const known = withChargebacks(paid, [dispute('dp_1', before)]);
    const reread = withChargebacks(known, [dispute('dp_1', read)]);
    expect(reread.chargebacks).toEqual([dispute('dp_1', after)]);
    if (before === after) expect(reread).toBe(known);
    else expect(reread.revision).toBe(known.revision + 1);
  });

  it('that are no longer read stay, as does what was first said of them', () => {
    const known = withChargebacks(paid, [dispute('dp_1', 'open')]);
    expect(withChargebacks(known, [])).toBe(known);
    const other = withChargebacks(known, [{ ...dispute('dp_1', 'lost', 9), reason: 'other' }]);
    expect(other.chargebacks).toEqual([dispute('dp_1', 'lost')]);
  });

  it('count until they are won; with what was refunded they may exceed what was taken', () => {
    const refunded = { ...paid, status: 'refunded' as const, refunded: 1200 };
    const all = [dispute('a', 'open', 1200), dispute('b', 'lost', 30), dispute('c', 'won', 7)];
    const disputed = withChargebacks(refunded, all);
    expect(chargedBack(disputed)).toBe(1230);
    expect(isDisputed(disputed)).toBe(true);
    expect(isDisputed(withChargebacks(disputed, [dispute('a', 'won')]))).toBe(false);
    expect(disputed).toMatchObject({ status: 'refunded', refunded: 1200 });
  });
});
