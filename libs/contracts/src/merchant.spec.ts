import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { feeOf, feeRateAt, type FeeRate } from './merchant.js';

const rate = (parts: Partial<FeeRate>): FeeRate => ({
  ...{ rateId: 'r', channel: '*', validFrom: '2026-01-01T00:00:00.000Z', basisPoints: 290 },
  fixed: [],
  ...parts,
});
const at = (time: string): number => Date.parse(time);

describe('the rate of a payment', () => {
  const web = rate({ rateId: 'web', channel: 'web', validFrom: '2026-03-01T00:00:00.000Z' });
  const later = rate({ rateId: 'later', channel: 'web', validFrom: '2026-06-01T00:00:00.000Z' });
  const any = rate({ rateId: 'any' });
  const rates = [later, any, web];

  it.each([
    ['app', '2026-07-01T00:00:00.000Z', 'any'],
    ['web', '2026-02-28T23:59:59.999Z', 'any'],
    ['web', '2026-03-01T00:00:00.000Z', 'web'],
    ['web', '2026-05-31T23:59:59.999Z', 'web'],
    ['web', '2026-06-01T00:00:00.000Z', 'later'],
  ])('in %s at %s is %s', (channel, time, id) => {
    expect(feeRateAt(rates, channel, at(time))?.rateId).toBe(id);
  });

  it('is none before any has begun', () => {
    expect(feeRateAt(rates, 'web', at('2025-12-31T23:59:59.999Z'))).toBeUndefined();
    expect(feeRateAt([], 'web', 0)).toBeUndefined();
  });
});

describe('a fee', () => {
  const fixed = [{ currency: 'GBP', amount: 20 }];

  it.each([
    [10_000, 'GBP', 310],
    [10_000, 'JPY', 290],
    // 2.9 % of 17.24 are 0.49996
    [1_724, 'JPY', 50],
    // of 0.50, half a unit up
    [50, 'JPY', 1],
    [17, 'JPY', 0],
    [10, 'GBP', 10],
    [0, 'GBP', 0],
    [1_000_000_000_000, 'GBP', 29_000_000_020],
  ])('of %d %s is %d', (amount, currency, fee) => {
    expect(feeOf(rate({ fixed }), amount, currency)).toBe(fee);
  });

  it('is nothing without a rate', () => {
    expect(feeOf(undefined, 10_000, 'GBP')).toBe(0);
  });

  it('is whole, and never more than what was paid', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1_000_000_000_000 }),
        fc.nat({ max: 10_000 }),
        (amount, basisPoints) => {
          const fee = feeOf(rate({ basisPoints, fixed }), amount, 'GBP');
          return Number.isInteger(fee) && fee >= 0 && fee <= amount;
        },
      ),
    );
  });
});
