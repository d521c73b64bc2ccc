import { describe, expect, it } from '@jest/globals';
import { momentOf } from './moment.js';

describe('the moment of a fact', () => {
  it.each([
    ['2026-11-26T12:00:00.123Z', Date.UTC(2026, 10, 26, 12, 0, 0, 123)],
    ['2026-11-26T12:00:00+09:00', Date.UTC(2026, 10, 26, 3)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['1970-01-01T00:00:00Z', 0],
    ['9999-12-30T00:00:00Z', Date.UTC(9999, 11, 30)],
  ])('%s is one', (text, at) => {
    expect(momentOf(text)).toBe(at);
  });

  it.each([
    ...['', 'yesterday', '2026-11-26', '2026-11-26T12:00:00', 'Thu, 26 Nov 2026 12:00:00 GMT'],
    ...['2026-02-30T00:00:00Z', '2025-02-29T00:00:00Z', '2026-13-01T00:00:00Z'],
    ...['2026-11-31T00:00:00+02:00', '2026-11-00T00:00:00Z', '2026-11-26T25:00:00Z'],
    ...['1969-12-31T23:59:59Z', '9999-12-31T00:00:00Z', '+010000-01-01T00:00:00Z'],
  ])('%j is none', (text) => {
    expect(() => momentOf(text)).toThrow(RangeError);
    expect(() => momentOf(text)).toThrow(
      'occurredAt is no moment (RFC 3339) between 1970 and 9999',
    );
  });
});
