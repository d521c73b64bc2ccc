import { describe, expect, it } from '@jest/globals';
import {
  expire,
  mergeLines,
  release,
  reserve,
  restock,
  secure,
  type Line,
  type Reservation,
} from './reservation.js';
import type { Stock } from './stock.js';

const NOW = new Date('2026-03-15T12:00:00Z');
const shelf = new Map<string, Stock>([
  ['A', { productId: 'A', onHand: 10, reserved: 4, revision: 3 }],
  ['B', { productId: 'B', onHand: 1, reserved: 0, revision: 1 }],
]);
const owner = { orderId: 'order', sagaId: 'saga', businessKey: 'order' };
const held: Reservation = {
  ...owner,
  status: 'held',
  lines: [{ productId: 'A', quantity: 2 }],
  expiresAt: NOW,
  taken: 2,
  returned: 0,
  revision: 1,
  restocked: [],
};
const ask = (lines: [string, number][], current?: Reservation) =>
  reserve((id) => shelf.get(id), current, {
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
        reservation: {
          ...held,
          lines: [
            { productId: 'A', quantity: 6 },
            { productId: 'B', quantity: 1 },
          ],
          taken: 7,
        },
        reserve: [
          { productId: 'A', quantity: 6 },
          { productId: 'B', quantity: 1 },
        ],
        release: [],
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
  const released: Reservation = { ...held, status: 'released', returned: 2, revision: 2 };

  it('is secured while it holds anything, once', () => {
    expect(secure(held)).toEqual(secured);
    expect(secure(secured)).toBe(secured);
    expect(secure(released)).toBeUndefined();
    expect(secure({ ...released, status: 'expired' })).toBeUndefined();
    expect(secure(undefined)).toBeUndefined();
  });

  it('is released while it holds anything, once', () => {
    const change = { reservation: released, reserve: [], release: held.lines };
    expect(release(held)).toEqual(change);
    expect(release(secured)).toMatchObject({ reservation: { returned: 2, revision: 3 } });
    expect(release(released)).toBeUndefined();
    expect(release({ ...released, status: 'expired' })).toBeUndefined();
    expect(release(undefined)).toBeUndefined();
  });

  it('expires when its time has come, unless it was secured', () => {
    expect(expire(held, NOW)).toMatchObject({ reservation: { status: 'expired', returned: 2 } });
    expect(expire(held, new Date(NOW.getTime() - 1))).toBeUndefined();
    expect(expire(secured, NOW)).toBeUndefined();
    expect(expire(released, NOW)).toBeUndefined();
  });
});

describe('goods that come back', () => {
  const secured: Reservation = {
    ...held,
    status: 'secured',
    lines: [
      { productId: 'A', quantity: 3 },
      { productId: 'B', quantity: 1 },
    ],
    taken: 4,
    revision: 2,
  };
  const back = (current: Reservation | undefined, returnId: string, ...lines: Line[]) =>
    restock(current, { orderId: 'order', returnId, lines });

  it('are held no more, and count as returned', () => {
    const change = back(secured, 'r-1', { productId: 'A', quantity: 2 });
    expect(change).toEqual({
      reservation: {
        ...secured,
        lines: [
          { productId: 'A', quantity: 1 },
          { productId: 'B', quantity: 1 },
        ],
        returned: 2,
        revision: 3,
        restocked: ['r-1'],
      },
      reserve: [],
      release: [{ productId: 'A', quantity: 2 }],
    });
    const rest = back(
      change?.reservation,
      'r-2',
      { productId: 'A', quantity: 1 },
      { productId: 'B', quantity: 1 },
    );
    expect(rest?.reservation).toMatchObject({ lines: [], taken: 4, returned: 4, revision: 4 });
  });

  it('go to the shelf once a return', () => {
    const line = { productId: 'A', quantity: 1 };
    const once = back(secured, 'r-1', line)?.reservation;
    expect(back(once, 'r-1', line)).toBeUndefined();
    expect(back(once, 'r-2', line)).toBeDefined();
  });

  it('are never more than the order holds, nor of an order that holds nothing', () => {
    const line = { productId: 'B', quantity: 1 };
    expect(() => back(secured, 'r-1', line, line)).toThrow('1 more of B');
    expect(() => back(secured, 'r-1', { productId: 'C', quantity: 1 })).toThrow('of C');
    expect(() => back(held, 'r-1', line)).toThrow('held');
    expect(() => back(undefined, 'r-1', line)).toThrow('not reserved');
  });
});

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
