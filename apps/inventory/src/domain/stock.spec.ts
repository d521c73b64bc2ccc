import { describe, expect, it } from '@jest/globals';
import { row } from './spec/rows.js';
import { available, byPriority, changed, free, isLow } from './stock.js';

const stock = row({ reserved: 4, revision: 3 });

describe('stock', () => {
  it('has available what is not reserved, where the warehouse is active', () => {
    expect(free(stock)).toBe(6);
    expect(free({ ...stock, isActive: false })).toBe(0);
    expect(available([stock, row({ warehouseId: 'east', onHand: 2 })])).toBe(8);
    expect(available([])).toBe(0);
  });

  it('is never reserved below nothing or beyond what is there', () => {
    const reserve = (reserved: number) => changed(stock, { onHand: 0, reserved });
    expect(reserve(6)).toEqual({ ...stock, reserved: 10, revision: 4 });
    expect(reserve(-4)).toEqual({ ...stock, reserved: 0, revision: 4 });
    expect(() => reserve(7)).toThrow('A in main: 11 of 10');
    expect(() => reserve(-5)).toThrow('A in main: -1 of 10');
    expect(() => changed(stock, { onHand: -7, reserved: 0 })).toThrow('4 of 3');
  });

  it('is low with less than the threshold in all warehouses together', () => {
    const rows = (threshold: number | null) => [
      row({ onHand: 3, threshold }),
      row({ warehouseId: 'east', onHand: 2, threshold }),
      row({ warehouseId: 'west', onHand: 9, threshold, isActive: false }),
    ];
    expect([null, 5, 6].map((threshold) => isLow(rows(threshold)))).toEqual([false, false, true]);
    expect(isLow([])).toBe(false);
  });

  it('is asked for by priority, then by name', () => {
    const rows = [
      row({ warehouseId: 'b' }),
      row({ warehouseId: 'a' }),
      row({ warehouseId: 'z', priority: 1 }),
    ];
    expect(rows.sort(byPriority).map(({ warehouseId }) => warehouseId)).toEqual(['z', 'a', 'b']);
  });
});
