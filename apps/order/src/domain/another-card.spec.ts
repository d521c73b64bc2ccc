import { describe, expect, it } from '@jest/globals';
import { anotherCard, MOST_CARDS, PATIENCE_MS } from './another-card.js';

const now = new Date('2026-11-26T12:00:00Z');
const before = (ms: number) => new Date(now.getTime() - ms);
const verdict = (declined: number, given: number, lastGivenAt: Date | null = before(1_000)) =>
  anotherCard({ declined, given, lastGivenAt }, now);

describe('another card', () => {
  it('is wanted once for each that was declined', () => {
    expect(verdict(0, 0, null)).toBe('not-declined');
    expect(verdict(1, 0, null)).toBe('wanted');
    expect(verdict(1, 1)).toBe('not-declined');
    expect(verdict(2, 1)).toBe('wanted');
  });

  it('is wanted again when nothing was heard of the last one for long', () => {
    expect(verdict(1, 1, before(PATIENCE_MS - 1))).toBe('not-declined');
    expect(verdict(1, 1, before(PATIENCE_MS))).toBe('wanted');
    expect(verdict(0, 1, before(PATIENCE_MS))).toBe('not-declined');
  });

  it('is one too many after the tenth', () => {
    expect(verdict(MOST_CARDS, MOST_CARDS - 1)).toBe('wanted');
    expect(verdict(MOST_CARDS + 1, MOST_CARDS, before(PATIENCE_MS))).toBe('too-many');
  });
});
