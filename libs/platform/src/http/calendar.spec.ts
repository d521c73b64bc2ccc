import { describe, expect, it } from '@jest/globals';
import { checkedDay, checkedMoment, isDay } from './calendar.js';
import { ProblemException } from './problem.js';

describe('a day', () => {
  it.each(['2026-11-26', '2024-02-29', '0001-01-01'])('is %s', (text) => {
    expect(isDay(text)).toBe(true);
  });

  it.each([
    ...['2026-02-29', '2026-02-30', '2026-13-01', '0000-01-01', '2026-11-26T00:00', '26-11-26'],
    ...['', 'today'],
  ])('is not %p', (text) => {
    expect(isDay(text)).toBe(false);
    expect(() => checkedDay('day', text)).toThrow(ProblemException);
  });

  it('is asked for from 1970 on', () => {
    expect(checkedDay('day', '1970-01-01')).toBe('1970-01-01');
    expect(() => checkedDay('day', '1969-12-31')).toThrow(ProblemException);
  });
});

describe('a moment', () => {
  it('is the same wherever it is told', () => {
    const moment = checkedMoment('at', '2026-01-31T00:00:00+09:00');
    expect(moment.toISOString()).toBe('2026-01-30T15:00:00.000Z');
  });

  it.each(['2026-02-30T00:00:00Z', '2026-01-01T25:00:00Z', '0000-01-01T00:00:00Z', 'now'])(
    'is not %p',
    (text) => {
      expect(() => checkedMoment('at', text)).toThrow(ProblemException);
    },
  );
});
