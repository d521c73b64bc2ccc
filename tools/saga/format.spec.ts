import { describe, expect, it } from '@jest/globals';
import { durationOf, minorUnitsIn, momentIn, momentText, moneyText } from './format.js';

describe('durations', () => {
  it.each([
    [-5, '0 ms'],
    [850, '850 ms'],
    [1_000, '1 s'],
    [12_449, '12.4 s'],
    [99_949, '99.9 s'],
    [99_950, '2 min'],
    [5_969_999, '99 min'],
    [5_970_000, '1.7 h'],
    [172_800_000, '2 d'],
  ])('%d ms are %s', (ms, text) => {
    expect(durationOf(ms)).toBe(text);
  });
});

describe('moments', () => {
  const now = Date.UTC(2026, 10, 27, 12);

  it('may be given as so long ago', () => {
    expect(momentIn('90s', now)).toBe('2026-11-27T11:58:30.000Z');
    expect(momentIn('3d', now)).toBe('2026-11-24T12:00:00.000Z');
    expect(momentIn('2026-11-27T09:00:00Z', now)).toBe('2026-11-27T09:00:00Z');
    expect(momentIn('noon', now)).toBe('noon');
  });

  it('are shown to the second', () => {
    expect(momentText('2026-11-27T09:00:01.123Z')).toBe('2026-11-27 09:00:01');
  });
});

describe('money', () => {
  it('is given and shown by the minor unit of its currency', () => {
    expect(minorUnitsIn('--amount-from', '12.9', 'GBP')).toBe(1290);
    expect(minorUnitsIn('--amount-from', '12', 'GBP')).toBe(1200);
    expect(minorUnitsIn('--amount-from', '1290', 'JPY')).toBe(1290);
    expect(minorUnitsIn('--amount-from', '1.290', 'KWD')).toBe(1290);
    expect(moneyText({ value: 1290, currency: 'GBP' })).toBe('12.90 GBP');
    expect(moneyText({ value: 1290, currency: 'JPY' })).toBe('1290 JPY');
  });

  it.each([
    ['12.905', 'GBP', 'with up to 2 decimals, such as 12.90'],
    ['12.9', 'JPY', 'a whole amount'],
    ['-1', 'GBP', '--amount-from must be'],
    ['£5', 'GBP', '--amount-from must be'],
    ['5', undefined, 'needs --currency'],
  ])('of %s %s is refused', (text, currency, why) => {
    expect(() => minorUnitsIn('--amount-from', text, currency)).toThrow(why);
  });
});
