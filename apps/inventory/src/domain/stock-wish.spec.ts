import { describe, expect, it } from '@jest/globals';
import { row } from './spec/rows.js';
import { StockFold } from './stock-fold.js';
import { grant, type StockWish } from './stock-wish.js';
import { MAX_ON_HAND } from './stock.js';

const A = { productId: 'A', warehouseId: 'main' };
const received = (quantity: number, change = {}): StockWish => ({
  kind: 'received',
  ...A,
  quantity,
  reference: 'DN-1',
  ...change,
});
const counted = (onHand: number, change = {}): StockWish => ({
  kind: 'counted',
  ...A,
  onHand,
  ...change,
});
const adjusted = (difference: number, change = {}): StockWish => ({
  kind: 'adjusted',
  ...A,
  difference,
  reason: 'found',
  ...change,
});
const east = { warehouseId: 'east', name: 'East', priority: 1, isActive: false };
const warehouses = new Map([['east', east]]);
const fold = () => new StockFold([row({ reserved: 4, revision: 3, threshold: 6 })]);
const ask = (wish: StockWish, of = fold()) => grant(of, wish, warehouses);

describe('stock that a person changes', () => {
  it('grows by what arrives, also where there was none, and a product becomes known by it', () => {
    expect(ask(received(5))).toMatchObject({
      kind: 'changed',
      difference: 5,
      stock: { onHand: 15, reserved: 4, revision: 4 },
      facts: [{ kind: 'received', quantity: 5 }],
    });
    const stock = fold();
    const first = { kind: 'changed', stock: { warehouseId: 'east', onHand: 2, revision: 1 } };
    expect(ask(received(2, { warehouseId: 'east' }), stock)).toMatchObject(first);
    expect(stock.rowsOf('A')[0]).toMatchObject({ ...first.stock, isActive: false, threshold: 6 });
    const unknown = { productId: 'new', warehouseId: 'east' };
    expect(ask(received(2, unknown))).toMatchObject({ kind: 'changed', stock: { revision: 1 } });
  });

  it('is what was counted, and unchanged when that was known', () => {
    expect(ask(counted(7))).toMatchObject({
      difference: -3,
      stock: { onHand: 7, revision: 4 },
      facts: [{ kind: 'adjusted', quantity: -3 }, { kind: 'low' }],
    });
    expect(ask(counted(10))).toEqual({ kind: 'unchanged' });
    // That there is none is news of a product that nobody knew.
    const none = counted(0, { productId: 'new', warehouseId: 'east' });
    expect(ask(none)).toMatchObject({ kind: 'changed', difference: 0, stock: { revision: 1 } });
  });

  it('is more or less by an adjustment, of a product that is known', () => {
    expect(ask(adjusted(-6))).toMatchObject({ difference: -6, stock: { onHand: 4 } });
    expect(ask(adjusted(1, { productId: 'new' }))).toEqual({ kind: 'unknown-product' });
  });

  it('never falls below what is promised, nor beyond what a shelf holds', () => {
    const stock = row({ reserved: 4, revision: 3, threshold: 6 });
    expect(ask(counted(3))).toEqual({ kind: 'below-reserved', stock });
    expect(ask(adjusted(-7))).toEqual({ kind: 'below-reserved', stock });
    expect(ask(received(MAX_ON_HAND - 9))).toEqual({ kind: 'beyond-limit', stock });
    expect(ask(received(MAX_ON_HAND - 10)).kind).toBe('changed');
    const none = adjusted(-1, { warehouseId: 'east' });
    expect(ask(none)).toMatchObject({ kind: 'below-reserved', stock: { onHand: 0 } });
  });

  it('lies in a warehouse that is known', () => {
    expect(ask(received(1, { warehouseId: 'west' }))).toEqual({ kind: 'unknown-warehouse' });
  });
});
