import { describe, expect, it } from '@jest/globals';
import {
  formatDuration,
  formatMoment,
  formatMoney,
  formatSince,
  localInput,
  minorDigits,
  momentOfInput,
  moneyText,
  parseMoney,
  words,
} from './format.js';

const plain = (text: string): string => text.replaceAll(/\s/g, ' ');

describe('money', () => {
  it.each([
    [1530, 'GBP', 'en-GB', '£15.30'],
    [1530, 'JPY', 'en-GB', 'JP¥1,530'],
    [1530, 'KWD', 'en-GB', 'KWD 1.530'],
    [-5, 'EUR', 'de-DE', '-0,05 €'],
    [1234567, 'EUR', 'de-DE', '12.345,67 €'],
    [1200, 'pcs', 'en-GB', '1,200 pcs'],
  ])('%d %s is written in %s as %s', (value, currency, locale, text) => {
    expect(plain(formatMoney(value, currency, locale))).toBe(text);
  });

  it.each([
    ['15.30', 'GBP', 1530],
    ['15,3', 'GBP', 1530],
    ['15', 'GBP', 1500],
    ['15', 'JPY', 15],
    ['15.5', 'JPY', undefined],
    ['15.305', 'GBP', undefined],
    ['0.29', 'GBP', 29],
    ['-1', 'GBP', undefined],
    ['a lot', 'GBP', undefined],
    ['1e3', 'GBP', undefined],
  ])('%s %s is read as %p', (text, currency, value) => {
    expect(parseMoney(text, currency)).toBe(value);
  });

  it('is read as it is written', () => {
    for (const currency of ['GBP', 'JPY', 'KWD']) {
      for (const value of [0, 5, 29, 1530, 999_999_999]) {
        expect(parseMoney(moneyText(value, currency), currency)).toBe(value);
      }
    }
    expect([minorDigits('GBP'), minorDigits('JPY'), minorDigits('')]).toEqual([2, 0, 2]);
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 ms'],
    [-5, '0 ms'],
    [849.6, '850 ms'],
    [1_240, '1.2 sec'],
    [59_600, '1 min'],
    [65_000, '1 min 5 sec'],
    [3_600_000, '1 hr'],
    [3_605_000, '1 hr'],
    [90_061_000, '1 day 1 hr'],
  ])('%d ms is %s', (ms, text) => {
    expect(plain(formatDuration(ms, 'en-US'))).toBe(text);
  });
});

describe('a moment', () => {
  const iso = '2026-11-27T10:20:30.456Z';

  it('is written as the reader writes it', () => {
    expect(formatMoment(iso, 'en-GB')).toContain('27 Nov 2026');
    expect(formatMoment(iso, 'de-DE')).toContain('27. Nov. 2026');
    expect(formatMoment(iso, 'en-GB', true)).toContain('30.456');
  });

  it.each([
    [0, 'now'],
    [-59_000, '59 sec ago'],
    [-61_000, '1 min ago'],
    [7_200_000, 'in 2 hr'],
    [-86_400_000, 'yesterday'],
  ])('%d ms from now is %s', (ms, text) => {
    const nowMs = Date.parse(iso);
    expect(
      formatSince(new Date(nowMs + ms).toISOString(), nowMs, 'en-US').replaceAll('.', ''),
    ).toBe(text);
  });

  it('goes into a field and comes out of it, to the minute', () => {
    expect(momentOfInput(localInput(iso))).toBe('2026-11-27T10:20:00.000Z');
    expect([localInput(undefined), localInput('nonsense')]).toEqual(['', '']);
    expect([momentOfInput(''), momentOfInput('nonsense')]).toEqual([undefined, undefined]);
  });
});

it('names are said as words', () => {
  expect(words('hand-over')).toBe('Hand over');
});
