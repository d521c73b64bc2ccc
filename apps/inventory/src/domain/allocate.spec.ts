/**
 * Promises attacked here: all lines or none; exactly what was asked for; never more than a warehouse
 * can give; the preferred one gives all where it can, else one alone where one can.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allocate, type Allocated } from './allocate.js';
import { mergeLines, pieces, type Line } from './lines.js';
import { row } from './spec/rows.js';
import { available, byPriority, free, type ShelfRow } from './stock.js';

const shelf = (...rows: ShelfRow[]) => {
  const sorted = rows.toSorted(byPriority);
  return (id: string) => sorted.filter(({ productId }) => productId === id);
};
const line = (productId: string, quantity: number): Line => ({ productId, quantity });
const near = { warehouseId: 'near', priority: 1 };
const far = { warehouseId: 'far', priority: 2 };
const takenFrom = (allocated: Allocated) =>
  allocated.kind === 'allocated'
    ? allocated.allocations.map((one) => `${one.quantity} ${one.productId} of ${one.warehouseId}`)
    : allocated.shortages;

describe('what an order gets', () => {
  const rowsOf = shelf(
    row({ ...near, onHand: 5, reserved: 1 }),
    row({ ...far, onHand: 9 }),
    row({ ...near, productId: 'B', onHand: 1 }),
    row({ ...far, productId: 'B', onHand: 9 }),
  );

  it('comes from the first by priority that has everything', () => {
    expect(takenFrom(allocate([line('A', 4), line('B', 1)], rowsOf))).toEqual([
      '4 A of near',
      '1 B of near',
    ]);
    expect(takenFrom(allocate([line('A', 1), line('B', 2)], rowsOf))).toEqual([
      '1 A of far',
      '2 B of far',
    ]);
  });

  it('comes from the preferred one if that has everything, whatever its priority', () => {
    expect(takenFrom(allocate([line('A', 4), line('B', 1)], rowsOf, 'far'))).toEqual([
      '4 A of far',
      '1 B of far',
    ]);
    expect(takenFrom(allocate([line('A', 5)], rowsOf, 'near'))).toEqual(['5 A of far']);
    expect(takenFrom(allocate([line('A', 4)], rowsOf, 'nowhere'))).toEqual(['4 A of near']);
  });

  it('is split where nobody has everything: the preferred one first, then by priority', () => {
    const lines = [line('A', 11), line('B', 1)];
    expect(takenFrom(allocate(lines, rowsOf))).toEqual([
      '4 A of near',
      '7 A of far',
      '1 B of near',
    ]);
    expect(takenFrom(allocate(lines, rowsOf, 'far'))).toEqual([
      '9 A of far',
      '2 A of near',
      '1 B of far',
    ]);
  });

  it('is nothing when one line falls short, and all that do are named', () => {
    const lines = [line('A', 14), line('B', 10), line('X', 1)];
    expect(takenFrom(allocate(lines, rowsOf))).toEqual([
      { productId: 'A', requested: 14, available: 13 },
      { productId: 'X', requested: 1, available: 0 },
    ]);
  });

  it('never comes from a warehouse that is not active, also if that is preferred', () => {
    const closed = shelf(row({ ...near, isActive: false }), row({ ...far, onHand: 2 }));
    expect(takenFrom(allocate([line('A', 2)], closed, 'near'))).toEqual(['2 A of far']);
    expect(takenFrom(allocate([line('A', 3)], closed, 'near'))).toEqual([
      { productId: 'A', requested: 3, available: 2 },
    ]);
  });
});

describe('any order', () => {
  const PRODUCTS = ['A', 'B', 'C'];
  const WAREHOUSES = ['w1', 'w2', 'w3'];
  const cell = fc.record({
    onHand: fc.integer({ min: 0, max: 9 }),
    share: fc.integer({ min: 0, max: 3 }),
    isThere: fc.boolean(),
  });
  const warehouses = fc.array(
    fc.record({ priority: fc.integer({ min: 0, max: 2 }), isActive: fc.boolean() }),
    { minLength: 3, maxLength: 3 },
  );
  const rows = fc
    .tuple(warehouses, fc.array(cell, { minLength: 9, maxLength: 9 }))
    .map(([all, cells]) =>
      cells.flatMap(({ onHand, share, isThere }, index): ShelfRow[] => {
        const no = index % 3;
        const place = { productId: PRODUCTS[(index - no) / 3], warehouseId: WAREHOUSES[no] };
        const reserved = Math.floor((onHand * share) / 3);
        const whole = { ...place, ...all[no], onHand, reserved } as Partial<ShelfRow>;
        return isThere ? [row(whole)] : [];
      }),
    );
  const lines = fc
    .array(
      fc.record({
        productId: fc.constantFrom(...PRODUCTS),
        quantity: fc.integer({ min: 1, max: 12 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map(mergeLines);
  const preferred = fc.option(fc.constantFrom(...WAREHOUSES, 'unknown'), { nil: undefined });

  it('gets all of its lines or none, and exactly these, and never what nobody can give', () => {
    fc.assert(
      fc.property(rows, lines, preferred, (all, wanted, wish) => {
        const rowsOf = shelf(...all);
        const allocated = allocate(wanted, rowsOf, wish);
        const short = wanted.filter((one) => one.quantity > available(rowsOf(one.productId)));
        if (allocated.kind === 'insufficient') {
          expect(allocated.shortages.map(({ productId }) => productId)).toEqual(
            short.map(({ productId }) => productId),
          );
          expect(short.length).toBeGreaterThan(0);
          return;
        }
        expect(short).toEqual([]);
        expect(mergeLines(allocated.allocations)).toEqual(wanted);
        const pairs = new Set<string>();
        for (const { productId, warehouseId, quantity } of allocated.allocations) {
          const given = rowsOf(productId).find((one) => one.warehouseId === warehouseId);
          expect(quantity).toBeGreaterThan(0);
          expect(quantity).toBeLessThanOrEqual(given ? free(given) : 0);
          pairs.add(`${productId} ${warehouseId}`);
        }
        expect(pairs.size).toBe(allocated.allocations.length);
      }),
      { numRuns: 500 },
    );
  });

  it('gets everything from the preferred warehouse, or from one alone, where that can be', () => {
    fc.assert(
      fc.property(rows, lines, preferred, (all, wanted, wish) => {
        const rowsOf = shelf(...all);
        const allocated = allocate(wanted, rowsOf, wish);
        if (allocated.kind === 'insufficient') return;
        const hasAll = (warehouseId: string) =>
          wanted.every(({ productId, quantity }) =>
            rowsOf(productId).some(
              (one) => one.warehouseId === warehouseId && free(one) >= quantity,
            ),
          );
        const [first] = [...all]
          .sort(byPriority)
          .map(({ warehouseId }) => warehouseId)
          .filter(hasAll);
        const sole = wish !== undefined && hasAll(wish) ? wish : first;
        const givers = new Set(allocated.allocations.map(({ warehouseId }) => warehouseId));
        if (sole === undefined) expect(givers.size).toBeGreaterThan(1);
        else expect([...givers]).toEqual([sole]);
        expect(pieces(allocated.allocations)).toBe(pieces(wanted));
      }),
      { numRuns: 500 },
    );
  });
});
