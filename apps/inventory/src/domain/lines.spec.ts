import { describe, expect, it } from '@jest/globals';
import { mergeLines, sameLines } from './lines.js';

describe('mergeLines', () => {
  it('keeps the order of first mention', () => {
    const lines = [
      { productId: 'B', quantity: 1 },
      { productId: 'A', quantity: 2 },
      { productId: 'B', quantity: 3 },
    ];
    expect(mergeLines(lines)).toEqual([
      { productId: 'B', quantity: 4 },
      { productId: 'A', quantity: 2 },
    ]);
  });
});

describe('sameLines', () => {
  const a = (quantity: number) => ({ productId: 'A', quantity });

  it('compares products and pieces, however they are split', () => {
    expect(sameLines([a(1), { productId: 'B', quantity: 1 }, a(2)], [a(3)])).toBe(false);
    expect(sameLines([a(1), a(2)], [a(3)])).toBe(true);
    expect(sameLines([a(3)], [a(2)])).toBe(false);
    expect(sameLines([a(1)], [{ productId: 'B', quantity: 1 }])).toBe(false);
  });
});
