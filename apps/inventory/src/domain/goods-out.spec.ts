/** Promises attacked here: goods leave once and come back once a return, to where they came from. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { issue, restock } from './goods-out.js';
import { pieces, type Line } from './lines.js';
import type { Reservation } from './reservation.js';
import { row } from './spec/rows.js';
import { StockFold } from './stock-fold.js';

const of = (productId: string, quantity: number, warehouseId = 'main') => ({
  productId,
  quantity,
  warehouseId,
});
const secured: Reservation = {
  orderId: 'order',
  sagaId: 'saga',
  businessKey: 'order',
  status: 'secured',
  lines: [of('A', 2), of('A', 1, 'east'), of('B', 1)],
  expiresAt: new Date('2026-03-15T12:00:00Z'),
  taken: 4,
  returned: 0,
  revision: 2,
  restocked: [],
};
const issued: Reservation = { ...secured, status: 'issued', revision: 3 };
const back = (current: Reservation | undefined, returnId: string, ...lines: Line[]) =>
  restock(current, { orderId: 'order', returnId, lines });

describe('goods that leave', () => {
  it('are there no more, nor put aside, and the order keeps what it has taken', () => {
    expect(issue(secured)).toEqual({
      kind: 'issued',
      change: {
        reservation: issued,
        moves: secured.lines.map((line) => ({ kind: 'issued', ...line })),
      },
    });
    expect(issue({ ...secured, status: 'held' })).toMatchObject({ kind: 'issued' });
  });

  it('leave once, and only what an order has put aside', () => {
    expect(issue(issued)).toEqual({ kind: 'repeated' });
    expect(issue(undefined)).toEqual({ kind: 'unknown' });
    for (const status of ['released', 'expired'] as const) {
      expect(issue({ ...secured, status })).toEqual({ kind: 'given-back' });
    }
  });
});

describe('goods that come back', () => {
  it('are held no more, and count as returned, of the first warehouse first', () => {
    const change = back(secured, 'r-1', { productId: 'A', quantity: 1 });
    expect(change).toEqual({
      reservation: {
        ...secured,
        lines: [of('A', 1), of('A', 1, 'east'), of('B', 1)],
        returned: 1,
        revision: 3,
        restocked: ['r-1'],
      },
      moves: [{ kind: 'released', ...of('A', 1) }],
    });
    const rest = back(
      change?.reservation,
      'r-2',
      { productId: 'A', quantity: 2 },
      { productId: 'B', quantity: 1 },
    );
    expect(rest?.reservation).toMatchObject({ lines: [], taken: 4, returned: 4, revision: 4 });
    expect(rest?.moves.map(({ warehouseId }) => warehouseId)).toEqual(['main', 'east', 'main']);
  });

  it('are there again when they had left', () => {
    expect(back(issued, 'r-1', { productId: 'A', quantity: 3 })).toMatchObject({
      reservation: { status: 'issued', lines: [of('B', 1)], returned: 3 },
      moves: [
        { kind: 'received', ...of('A', 2) },
        { kind: 'received', ...of('A', 1, 'east') },
      ],
    });
  });

  it('go to the shelf once a return', () => {
    const line = { productId: 'A', quantity: 1 };
    const once = back(secured, 'r-1', line)?.reservation;
    expect(back(once, 'r-1', line)).toBeUndefined();
    expect(back(once, 'r-2', line)).toBeDefined();
  });

  it('are never more than the order has, nor of an order that has nothing', () => {
    const line = { productId: 'B', quantity: 1 };
    expect(() => back(secured, 'r-1', line, line)).toThrow('1 more of B');
    expect(() => back(issued, 'r-1', { productId: 'A', quantity: 5 })).toThrow('2 more of A');
    expect(() => back(secured, 'r-1', { productId: 'C', quantity: 1 })).toThrow('of C');
    expect(() => back({ ...secured, status: 'held' }, 'r-1', line)).toThrow('held');
    expect(() => back(undefined, 'r-1', line)).toThrow('not reserved');
  });

  it('add up the same, whenever it is heard that they had left', () => {
    const returns = fc.array(
      fc.array(fc.record({ productId: fc.constantFrom('A', 'B'), quantity: fc.constant(1) }), {
        minLength: 1,
        maxLength: 3,
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(returns, fc.nat(4), (all, heardAfter) => {
        const ends = [0, Math.min(heardAfter, all.length)].map((heard) => {
          const stock = new StockFold([
            row({ reserved: 2 }),
            row({ warehouseId: 'east', reserved: 1 }),
            row({ productId: 'B', reserved: 1 }),
          ]);
          let reservation = secured;
          const leave = () => {
            const left = issue(reservation);
            if (left.kind !== 'issued') throw new Error(left.kind);
            stock.apply(left.change.moves);
            ({ reservation } = left.change);
          };
          all.forEach((lines, index) => {
            if (index === heard) leave();
            const change = tried(() => back(reservation, `r-${index}`, ...lines));
            if (!change) return;
            stock.apply(change.moves);
            ({ reservation } = change);
          });
          if (heard === all.length) leave();
          expect(reservation.taken - reservation.returned).toBe(pieces(reservation.lines));
          const rows = [...stock.rowsOf('A'), ...stock.rowsOf('B')];
          return [reservation.lines, rows.map(({ onHand, reserved }) => [onHand, reserved])];
        });
        expect(ends[1]).toEqual(ends[0]);
      }),
    );
  });
});

/** More than the order has is refused, at whatever time. */
function tried<Value>(run: () => Value): Value | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
