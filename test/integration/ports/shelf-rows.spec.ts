/** The contract of inventory's rows: nothing is oversold, and a reservation has one writer. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/inventory';
import { RetryableError, type Tx } from '#messaging';
import { barrierTable } from '#participant';
import type { Reservation } from '../../../apps/inventory/src/domain/reservation.js';
import type { ShelfRow, Stock } from '../../../apps/inventory/src/domain/stock.js';
import {
  postgresShelfRows,
  type ShelfRows,
} from '../../../apps/inventory/src/persistence/shelf-rows.js';
import { saveStock } from '../../../apps/inventory/src/persistence/stock-rows.js';
import { putThreshold } from '../../../apps/inventory/src/persistence/threshold-rows.js';
import { putWarehouse } from '../../../apps/inventory/src/persistence/warehouse-rows.js';
import { SimShelfRows } from '../../../tools/simulate/stores/shelf-rows.js';
import { crossed, inOrder, second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const at = (s: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, s, 7));
const id = (no: number) => `019aa0c5-7d5c-7000-8000-00000000000${no}`;
const reservation = (no: number, change: Partial<Reservation> = {}): Reservation => ({
  orderId: id(no),
  sagaId: `saga-${no}`,
  businessKey: `order-${no}`,
  status: 'held',
  lines: [{ productId: 'p\u0000"', quantity: 2, warehouseId: 'main' }],
  expiresAt: at(no),
  taken: Number.MAX_SAFE_INTEGER,
  returned: 0,
  revision: 1,
  restocked: [],
  ...change,
});
const secured = reservation(1, {
  sagaId: 'other',
  businessKey: 'other',
  status: 'secured',
  lines: [],
  expiresAt: at(9),
  taken: 3,
  returned: 3,
  revision: 2,
  restocked: [id(7)],
});
const stockOf = ({ productId, warehouseId, onHand, reserved, revision }: ShelfRow): Stock => ({
  productId,
  warehouseId,
  onHand,
  reserved,
  revision,
});

describe.each(SIDES)('the rows of the shelf on %s', (_name, open) => {
  let side: Side;
  let rows: ShelfRows;
  /** As people do it, which is not simulated. */
  let put: (stock: ShelfRow) => Promise<unknown>;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    const simulated = new SimShelfRows();
    rows = side.postgres ? postgresShelfRows : simulated;
    put = side.postgres
      ? (stock) => saveStock(side.session, [{ before: 0, after: stock }])
      : (stock) => Promise.resolve(simulated.put(stockOf(stock)));
    const east = { warehouseId: 'east', name: 'East', priority: 7, isActive: false };
    simulated.warehouses.set(east.warehouseId, east);
    simulated.thresholds.set('a', 3);
    if (side.postgres) {
      await putWarehouse(side.session, east);
      await putThreshold(side.session, 'a', 3);
    }
  });
  afterEach(() => side.close());

  describe('reservations', () => {
    const lock = (...nos: number[]) =>
      side.transaction((tx) => rows.lockReservations(tx, nos.map(id)));
    const save = (...changes: [before: number, after: Reservation][]) =>
      side.transaction((tx) =>
        rows.saveReservations(
          tx,
          changes.map(([before, after]) => ({ before, after })),
        ),
      );

    it('come back as they were saved, each once, in the order of their ids', async () => {
      await save([0, reservation(3)], [0, secured], [0, reservation(2)]);
      await expect(lock(3, 9, 1, 3)).resolves.toEqual([secured, reservation(3)]);
    });

    it('are kept as JSON without gaps', async () => {
      const line = { productId: 'p', quantity: 1, warehouseId: 'east', note: undefined };
      await save([0, reservation(1, { lines: [line] })]);
      const [kept] = await lock(1);
      expect(kept).toStrictEqual(
        reservation(1, { lines: [{ productId: 'p', quantity: 1, warehouseId: 'east' }] }),
      );
    });

    it('are changed as a whole, beside new ones', async () => {
      await save([0, reservation(1)], [0, reservation(2)]);
      await save([0, reservation(3)], [1, secured]);
      await expect(lock(1, 2, 3)).resolves.toEqual([secured, reservation(2), reservation(3)]);
    });

    it.each([
      ['are new, though one is there', 0, 1],
      ['are based on an older revision', 1, 2],
      ['are based on one that is gone', 1, 9],
    ])('are not saved with others that %s', async (_why, before, no) => {
      await save([0, reservation(1)], [0, reservation(2)]);
      await save([1, reservation(2, { revision: 2 })]);
      const saved = save([0, reservation(3)], [before, reservation(no, { revision: 5 })]);
      await expect(saved).rejects.toThrow(RetryableError);
      await expect(lock(1, 2, 3, 9)).resolves.toEqual([
        reservation(1),
        reservation(2, { revision: 2 }),
      ]);
    });

    it('are not saved twice at once', async () => {
      const twice = save([0, reservation(1)], [0, reservation(1)]);
      await expect(twice).rejects.toThrow('reserved by somebody else meanwhile');
      await save([0, reservation(1)]);
      const changes = [3, 2].map((revision): [number, Reservation] => [
        1,
        reservation(1, { revision }),
      ]);
      await expect(save(...changes)).rejects.toThrow(RetryableError);
    });

    it.each([{ taken: 1, returned: 2 }, { returned: -1 }])('never hold %j', async (wrong) => {
      const broken = reservation(1, wrong);
      await expect(save([0, broken])).rejects.toMatchObject({ code: '23514' });
      await save([0, reservation(1)]);
      await expect(save([1, broken])).rejects.toMatchObject({ code: '23514' });
      // A new one is looked at before it is known whether there is one, a change only where it fits.
      await expect(save([0, broken])).rejects.toMatchObject({ code: '23514' });
      await expect(save([7, broken])).rejects.toThrow(RetryableError);
    });

    it('let a second new one wait, and refuse it when the first is committed', async () => {
      const insert = (tx: Tx) => rows.saveReservations(tx, [{ before: 0, after: reservation(1) }]);
      await expect(second(side, insert, insert)).rejects.toThrow(RetryableError);
    });

    it('let a second new one wait, and take it when the first is rolled back', async () => {
      const insert = (sagaId: string) => (tx: Tx) =>
        rows.saveReservations(tx, [{ before: 0, after: reservation(1, { sagaId }) }]);
      await expect(second(side, insert('a'), insert('b'), 'rollback')).resolves.toHaveLength(2);
      await expect(lock(1)).resolves.toMatchObject([{ sagaId: 'b' }]);
    });

    it.each([
      ['commit', 'secured'],
      ['rollback', 'held'],
    ] as const)('are locked: who comes second sees what the %s left', async (end, expected) => {
      await save([0, reservation(1)]);
      let seen: Reservation[] = [];
      const first = async (tx: Tx) => {
        await rows.lockReservations(tx, [id(1)]);
        await rows.saveReservations(tx, [{ before: 1, after: secured }]);
      };
      const then = async (tx: Tx) => {
        seen = await rows.lockReservations(tx, [id(1), id(9)]);
      };
      const order = await second(side, first, then, end);
      expect(order).toEqual(['first ends', 'second has it']);
      expect(seen).toMatchObject([{ status: expected }]);
    });

    it('are changed after who has them locked, and not when that changed them', async () => {
      await save([0, reservation(1)]);
      const change = (tx: Tx) => rows.saveReservations(tx, [{ before: 1, after: secured }]);
      const lockIt = (tx: Tx) => rows.lockReservations(tx, [id(1)]);
      const order = await second(side, lockIt, change, 'rollback');
      expect(order).toEqual(['first ends', 'second has it']);
      const again = (tx: Tx) =>
        rows.saveReservations(tx, [{ before: 2, after: { ...secured, revision: 3 } }]);
      await expect(second(side, again, again)).rejects.toThrow(RetryableError);
    });

    it('are not waited for by a change that does not fit from the beginning', async () => {
      await save([0, reservation(1)]);
      await side.transaction(async (tx) => {
        await rows.lockReservations(tx, [id(1)]);
        await expect(save([7, secured])).rejects.toThrow(RetryableError);
        await expect(save([0, secured])).rejects.toThrow(RetryableError);
      });
    });

    it('are locked in the order of their ids, whatever order it is asked in', async () => {
      await save([0, reservation(2)]);
      await save([0, reservation(1)]);
      const ends = await inOrder(side, (tx, nos) => rows.lockReservations(tx, nos.map(id)));
      expect(ends).toEqual(['first ends', 'second has it']);
    });

    it('end two that wait for each other by failing one of them', async () => {
      await save([0, reservation(1)], [0, reservation(2)]);
      const failed = await crossed(side, (tx, no) => rows.lockReservations(tx, [id(no)]));
      expect(failed).toMatchObject([{ code: '40P01' }]);
    });

    describe('whose time has come', () => {
      const expired = (tx: Tx, limit = 10) => rows.lockExpired(tx, at(5), limit);
      const nos = (all: readonly Reservation[]) => all.map(({ orderId }) => orderId.at(-1));

      beforeEach(async () => {
        const status = ['held', 'secured', 'held', 'released', 'held', 'held', 'expired'] as const;
        // 1, 3 and 5 are held and due, the last one exactly now; 6 is held for longer.
        const all = status.map((one, index) => reservation(index + 1, { status: one }));
        // The ids are in another order than the times.
        const times = new Map([
          [1, 3],
          [3, 1],
        ]);
        await save(
          ...all.map((one, index): [number, Reservation] => [
            0,
            { ...one, expiresAt: at(times.get(index + 1) ?? index + 1) },
          ]),
        );
      });

      it('are locked in the order of their times, at most as many as were asked for', async () => {
        const all = await side.transaction((tx) => expired(tx));
        expect(nos(all)).toEqual(['3', '1', '5']);
        expect(all[0]).toEqual(reservation(3, { expiresAt: at(1) }));
        await expect(side.transaction((tx) => expired(tx, 2)).then(nos)).resolves.toEqual([
          '3',
          '1',
        ]);
        await expect(side.transaction((tx) => expired(tx, 0))).resolves.toEqual([]);
        const earlier = side.transaction((tx) => rows.lockExpired(tx, at(0), 10));
        await expect(earlier).resolves.toEqual([]);
      });

      it('are left out when somebody has them, and others taken instead', async () => {
        await side.transaction(async (tx) => {
          await rows.lockReservations(tx, [id(3)]);
          await expect(expired(tx, 1).then(nos)).resolves.toEqual(['3']);
          await side.transaction(async (other) => {
            await expect(expired(other, 1).then(nos)).resolves.toEqual(['1']);
            // Only what was handed out is locked.
            await side.transaction(async (third) => {
              await expect(expired(third).then(nos)).resolves.toEqual(['5']);
            });
          });
        });
      });

      it('are locked: who comes second sees them expired', async () => {
        let seen: Reservation[] = [];
        const first = async (tx: Tx) => {
          const [due] = await expired(tx, 1);
          if (!due) throw new Error('none is due');
          const after: Reservation = { ...due, status: 'expired', revision: 2 };
          await rows.saveReservations(tx, [{ before: 1, after }]);
        };
        await second(side, first, async (tx) => {
          seen = await rows.lockReservations(tx, [id(3)]);
        });
        expect(seen).toMatchObject([{ status: 'expired', revision: 2 }]);
        await expect(side.transaction((tx) => expired(tx)).then(nos)).resolves.toEqual(['1', '5']);
      });
    });
  });

  describe('stock', () => {
    const stock = (productId: string, reserved = 0, onHand = 5): ShelfRow => ({
      productId,
      warehouseId: 'main',
      onHand,
      reserved,
      revision: 1 + reserved,
      priority: 100,
      isActive: true,
      threshold: productId === 'a' ? 3 : null,
    });
    const inEast = (one: ShelfRow): ShelfRow => ({
      ...one,
      warehouseId: 'east',
      priority: 7,
      isActive: false,
    });
    const lock = (...ids: string[]) => side.transaction((tx) => rows.lockStock(tx, ids));
    const update = (...all: ShelfRow[]) => side.transaction((tx) => rows.updateStock(tx, all));

    beforeEach(async () => {
      for (const productId of ['b', 'a', 'B']) await put(stock(productId));
    });

    it('comes back each once, in the order of the bytes of its ids', async () => {
      await expect(lock('b', 'x', 'a', 'B', 'b')).resolves.toEqual([
        stock('B'),
        stock('a'),
        stock('b'),
      ]);
    });

    it('comes from all warehouses, in the order of their names, with what is known of them', async () => {
      await put(inEast(stock('a', 1)));
      await expect(lock('b', 'a')).resolves.toEqual([
        inEast(stock('a', 1)),
        stock('a'),
        stock('b'),
      ]);
    });

    it('is changed in the warehouse that is named, and in no other', async () => {
      await put(inEast(stock('a')));
      await update(inEast(stock('a', 4)), inEast(stock('b', 4)));
      await expect(lock('a', 'b')).resolves.toEqual([
        inEast(stock('a', 4)),
        stock('a'),
        stock('b'),
      ]);
    });

    it('is changed where there is some, whatever its revision', async () => {
      await update(stock('a', 5), stock('x', 1), stock('b', 1, 1));
      await update(stock('a', 2));
      await expect(lock('a', 'b', 'B', 'x')).resolves.toEqual([
        stock('B'),
        stock('a', 2),
        stock('b', 1, 1),
      ]);
    });

    it.each([
      [6, 5],
      [-1, 5],
      [-1, -1],
    ])('is never oversold: %d of %d', async (reserved, onHand) => {
      const broken = { ...stock('a'), reserved, onHand };
      await expect(update(stock('b', 1), broken)).rejects.toMatchObject({ code: '23514' });
      await expect(lock('a', 'b')).resolves.toEqual([stock('a'), stock('b')]);
      await update({ ...broken, productId: 'x' });
    });

    it.each([
      ['commit', 3],
      ['rollback', 0],
    ] as const)('is locked: who comes second sees what the %s left', async (end, expected) => {
      let seen: ShelfRow[] = [];
      const first = async (tx: Tx) => {
        await rows.lockStock(tx, ['a']);
        await rows.updateStock(tx, [stock('a', 3)]);
      };
      const order = await second(
        side,
        first,
        async (tx) => {
          seen = await rows.lockStock(tx, ['a', 'b']);
        },
        end,
      );
      expect(order).toEqual(['first ends', 'second has it']);
      expect(seen).toEqual([stock('a', expected), stock('b')]);
    });

    it('is changed after who has it locked', async () => {
      const lockIt = (tx: Tx) => rows.lockStock(tx, ['a']);
      const order = await second(side, lockIt, (tx) => rows.updateStock(tx, [stock('a', 1)]));
      expect(order).toEqual(['first ends', 'second has it']);
    });

    it('is locked in the order of its ids, whatever order it is asked in', async () => {
      const ends = await inOrder(side, (tx, nos) =>
        rows.lockStock(
          tx,
          nos.map((no) => (no === 1 ? 'a' : 'b')),
        ),
      );
      expect(ends).toEqual(['first ends', 'second has it']);
    });

    it('is locked in the order of its warehouses, for whoever asks for the product', async () => {
      await put(inEast(stock('a')));
      const change = (tx: Tx) => rows.updateStock(tx, [inEast(stock('a', 1))]);
      const order = await second(side, change, (tx) => rows.lockStock(tx, ['a']));
      expect(order).toEqual(['first ends', 'second has it']);
    });

    it('ends two that wait for each other by failing one of them', async () => {
      const failed = await crossed(side, (tx, no) => rows.lockStock(tx, [no === 1 ? 'a' : 'b']));
      expect(failed).toMatchObject([{ code: '40P01' }]);
    });
  });

  it('takes empty lists', async () => {
    await side.transaction(async (tx) => {
      await expect(rows.lockReservations(tx, [])).resolves.toEqual([]);
      await expect(rows.lockStock(tx, [])).resolves.toEqual([]);
      await rows.saveReservations(tx, []);
      await rows.updateStock(tx, []);
    });
  });
});
