import { describe, expect, it } from '@jest/globals';
import { adjust, available, moveReserved, type Stock } from './stock.js';

const stock: Stock = { productId: 'A', onHand: 10, reserved: 4, revision: 3 };

describe('stock', () => {
  it('has available what is not reserved, and nothing of an unknown product', () => {
    expect(available(stock)).toBe(6);
    expect(available(undefined)).toBe(0);
  });

  it('is never reserved below nothing or beyond what is there', () => {
    expect(moveReserved(stock, 6)).toEqual({ ...stock, reserved: 10, revision: 4 });
    expect(moveReserved(stock, -4)).toEqual({ ...stock, reserved: 0, revision: 4 });
    expect(() => moveReserved(stock, 7)).toThrow('A: 11 of 10');
    expect(() => moveReserved(stock, -5)).toThrow('A: -1 of 10');
  });

  it('is set by a person, but not below what is promised', () => {
    expect(adjust(undefined, { productId: 'N', onHand: 5 })).toEqual({
      kind: 'set',
      stock: { productId: 'N', onHand: 5, reserved: 0, revision: 1 },
      difference: 5,
    });
    expect(adjust(stock, { productId: 'A', onHand: 4 })).toEqual({
      kind: 'set',
      stock: { ...stock, onHand: 4, revision: 4 },
      difference: -6,
    });
    expect(adjust(stock, { productId: 'A', onHand: 10 })).toEqual({ kind: 'unchanged', stock });
    expect(adjust(stock, { productId: 'A', onHand: 3 })).toEqual({ kind: 'below-reserved', stock });
  });
});
