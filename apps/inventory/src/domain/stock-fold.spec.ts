/** Promises attacked here: a product that becomes low is said to be, once each time that it does. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { row } from './spec/rows.js';
import { StockFold, type Move } from './stock-fold.js';
import { available } from './stock.js';

const move = (kind: Move['kind'], quantity: number, warehouseId = 'main'): Move => ({
  kind,
  productId: 'A',
  warehouseId,
  quantity,
});
const fold = (threshold: number | null = 6) =>
  new StockFold([row({ threshold }), row({ warehouseId: 'east', onHand: 2, threshold })]);
const lows = (of: StockFold, ...moves: Move[]) =>
  of.apply(moves, 'order').filter(({ kind }) => kind === 'low');

describe('the stock of a batch', () => {
  it('is low as soon as less than the threshold is available, with the row that made it so', () => {
    const stock = fold();
    expect(lows(stock, move('reserved', 6))).toEqual([]);
    expect(lows(stock, move('reserved', 1, 'east'))).toEqual([
      {
        kind: 'low',
        orderId: 'order',
        quantity: 5,
        stock: stock.rowsOf('A')[0],
        threshold: 6,
      },
    ]);
    expect(stock.rowsOf('A')[0]?.warehouseId).toBe('east');
    expect(lows(stock, move('reserved', 1))).toEqual([]);
  });

  it('is said to be low once, however many rows one order changes', () => {
    const [only, ...more] = lows(fold(), move('reserved', 9), move('reserved', 2, 'east'));
    expect(more).toEqual([]);
    expect(only).toMatchObject({ quantity: 1, stock: { warehouseId: 'east', reserved: 2 } });
  });

  it('is said to be low again after it had recovered, also in the same batch', () => {
    const stock = fold();
    const said = [
      move('reserved', 7),
      move('released', 7),
      move('reserved', 8),
      move('received', 3),
      move('adjusted', -3),
    ].flatMap((one) => lows(stock, one).map(({ quantity }) => quantity));
    expect(said).toEqual([5, 4, 4]);
  });

  it('is never low without a threshold, nor by goods that leave, which nobody could have', () => {
    expect(lows(fold(null), move('reserved', 10))).toEqual([]);
    const stock = fold(8);
    expect(lows(stock, move('reserved', 4))).toEqual([]);
    expect(lows(stock, move('issued', 4))).toEqual([]);
  });

  it('is as it was when a move fails, and writes nothing', () => {
    const stock = fold();
    const before = [...stock.rowsOf('A')];
    expect(() => stock.apply([move('reserved', 1), move('reserved', 11)])).toThrow(RangeError);
    expect(() => stock.apply([move('reserved', 1, 'west')])).toThrow('A in west');
    expect(stock.rowsOf('A')).toEqual(before);
    expect(stock.changes()).toEqual([]);
  });

  it('is written once a row, with the revision that was read', () => {
    const stock = fold();
    stock.open(row({ warehouseId: 'west', onHand: 0, revision: 0, priority: 1 }));
    for (const _ of [1, 2]) stock.apply([move('received', 5, 'west'), move('reserved', 1)]);
    expect(
      stock.changes().map(({ before, after }) => [after.warehouseId, before, after.revision]),
    ).toEqual([
      ['west', 0, 2],
      ['main', 1, 3],
    ]);
  });

  it('says so at every crossing and at nothing else', () => {
    const moves = fc.array(
      fc.record({
        kind: fc.constantFrom<Move['kind']>('reserved', 'released', 'received', 'adjusted'),
        quantity: fc.integer({ min: 1, max: 5 }),
        warehouse: fc.constantFrom('main', 'east'),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(moves, fc.integer({ min: 1, max: 12 }), (all, threshold) => {
        const stock = fold(threshold);
        for (const { kind, quantity, warehouse } of all) {
          const before = available(stock.rowsOf('A'));
          const signed = kind === 'adjusted' ? -quantity : quantity;
          let said: number;
          try {
            said = lows(stock, move(kind, signed, warehouse)).length;
          } catch {
            continue;
          }
          const after = available(stock.rowsOf('A'));
          expect(said).toBe(before >= threshold && after < threshold ? 1 : 0);
        }
      }),
    );
  });
});
