import { describe, expect, it } from '@jest/globals';
import { expire, release, reserve, secure, type Reservation } from './reservation.js';
import { row } from './spec/rows.js';

const NOW = new Date('2026-03-15T12:00:00Z');
const shelf = new Map([
  ['A', [row({ reserved: 4 }), row({ warehouseId: 'east', onHand: 5, isActive: false })]],
  ['B', [row({ productId: 'B', onHand: 1 })]],
]);
const inMain = (productId: string, quantity: number) => ({
  productId,
  quantity,
  warehouseId: 'main',
});
const owner = { orderId: 'order', sagaId: 'saga', businessKey: 'order' };
const held: Reservation = {
  ...owner,
  status: 'held',
  lines: [inMain('A', 2)],
  expiresAt: NOW,
  taken: 2,
  returned: 0,
  revision: 1,
  restocked: [],
};
const ask = (lines: [string, number][], current?: Reservation) =>
  reserve((id) => shelf.get(id) ?? [], current, {
    ...owner,
    lines: lines.map(([productId, quantity]) => ({ productId, quantity })),
    expiresAt: NOW,
  });

describe('reserving', () => {
  it('takes all lines, one a product', () => {
    expect(
      ask([
        ['A', 2],
        ['B', 1],
        ['A', 4],
      ]),
    ).toEqual({
      kind: 'reserved',
      change: {
        reservation: { ...held, lines: [inMain('A', 6), inMain('B', 1)], taken: 7 },
        moves: [
          { kind: 'reserved', ...inMain('A', 6) },
          { kind: 'reserved', ...inMain('B', 1) },
        ],
      },
    });
  });

  it('takes none when one line falls short, and names all that do', () => {
    expect(
      ask([
        ['A', 7],
        ['B', 1],
        ['X', 1],
      ]),
    ).toEqual({
      kind: 'insufficient',
      shortages: [
        { productId: 'A', requested: 7, available: 6 },
        { productId: 'X', requested: 1, available: 0 },
      ],
    });
    // Two lines of one product that would each fit alone.
    expect(
      ask([
        ['A', 4],
        ['A', 4],
      ]).kind,
    ).toBe('insufficient');
  });

  it('knows an order that holds these lines, and refuses it other ones', () => {
    const secured: Reservation = { ...held, status: 'secured' };
    const split = [inMain('A', 1), { ...inMain('A', 1), warehouseId: 'east' }];
    const issued: Reservation = { ...held, status: 'issued', lines: split };
    expect(ask([['A', 2]], issued)).toEqual({ kind: 'unchanged', reservation: issued });
    expect(
      ask(
        [
          ['A', 1],
          ['A', 1],
        ],
        held,
      ),
    ).toEqual({ kind: 'unchanged', reservation: held });
    expect(ask([['A', 2]], secured)).toEqual({ kind: 'unchanged', reservation: secured });
    for (const other of [
      [['A', 3]],
      [['B', 2]],
      [
        ['A', 2],
        ['B', 1],
      ],
    ] as [string, number][][]) {
      expect(ask(other, held).kind).toBe('conflict');
    }
  });

  it('adds to the totals when it gave everything back before', () => {
    const expired: Reservation = { ...held, status: 'expired', returned: 2, revision: 2 };
    expect(ask([['A', 5]], expired)).toMatchObject({
      change: { reservation: { status: 'held', taken: 7, returned: 2, revision: 3 } },
    });
  });
});

describe('a reservation', () => {
  const secured: Reservation = { ...held, status: 'secured', revision: 2 };
  const issued: Reservation = { ...held, status: 'issued', revision: 3 };
  const released: Reservation = { ...held, status: 'released', returned: 2, revision: 2 };

  it('is secured while it holds anything, once', () => {
    expect(secure(held)).toEqual(secured);
    expect(secure(secured)).toBe(secured);
    expect(secure(issued)).toBe(issued);
    expect(secure(released)).toBeUndefined();
    expect(secure({ ...released, status: 'expired' })).toBeUndefined();
    expect(secure(undefined)).toBeUndefined();
  });

  it('is released while it holds anything, once', () => {
    const change = {
      reservation: released,
      moves: [{ kind: 'released', ...inMain('A', 2) }],
    };
    expect(release(held)).toEqual(change);
    expect(release(secured)).toMatchObject({ reservation: { returned: 2, revision: 3 } });
    expect(release(released)).toBeUndefined();
    expect(release({ ...released, status: 'expired' })).toBeUndefined();
    expect(release(undefined)).toBeUndefined();
    // Saying so would not bring them back.
    expect(() => release(issued)).toThrow('its goods have left the shelf');
  });

  it('expires when its time has come, unless it was secured', () => {
    expect(expire(held, NOW)).toMatchObject({ reservation: { status: 'expired', returned: 2 } });
    expect(expire(held, new Date(NOW.getTime() - 1))).toBeUndefined();
    expect(expire(secured, NOW)).toBeUndefined();
    expect(expire(issued, NOW)).toBeUndefined();
    expect(expire(released, NOW)).toBeUndefined();
  });
});
