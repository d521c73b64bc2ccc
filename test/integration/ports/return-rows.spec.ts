/** The contract of the order service's returns: one an id and a key, under the lock of their order. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/order';
import { StillLockedError, type Tx } from '#messaging';
import { barrierTable } from '#participant';
import type { Order } from '../../../apps/order/src/domain/order.js';
import type { OrderReturn } from '../../../apps/order/src/domain/order-return.js';
import {
  postgresOrderRows,
  type OrderRows,
} from '../../../apps/order/src/persistence/order-rows.js';
import {
  postgresReturnRows,
  type ReturnRows,
} from '../../../apps/order/src/persistence/return-rows.js';
import { readEvents } from '../../../apps/order/src/persistence/order-events.js';
import { SimOrderRows } from '../../../tools/simulate/stores/order-rows.js';
import { SimReturnRows } from '../../../tools/simulate/stores/return-rows.js';
import { inOrder, second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const id = (no: number) => `019aa0c5-7d5c-7000-8000-00000000000${no}`;
const createdAt = new Date(Date.UTC(2026, 10, 21, 12, 0, 0, 7));
const later = new Date(Date.UTC(2026, 10, 21, 12, 0, 5));
const reason = { code: 'lost', message: 'the parcel is lost' };
const items = [{ productId: 'p', quantity: 1, unitPrice: 100 }];
const order: Order = {
  orderId: id(9),
  customerId: 'c',
  merchantId: 'm',
  channel: 'web',
  currency: 'JPY',
  totalAmount: 100,
  items,
  shippingAddress: { prefecture: 'Tokyo', city: 'Chiyoda', line1: '1', postalCode: '100-0001' },
  email: 'c@example.com',
  paymentMethod: 'credit_card',
  status: 'pending',
  revision: 1,
  createdAt,
  updatedAt: createdAt,
};
const asked = (no: number, change: Partial<OrderReturn> = {}): OrderReturn => ({
  returnId: id(no),
  orderId: order.orderId,
  origin: 'customer',
  items,
  refundAmount: 100,
  status: 'requested',
  revision: 1,
  createdAt,
  updatedAt: createdAt,
  ...change,
});
const key = (text: string) => ({ key: text, hash: `hash of ${text}` });

describe.each(SIDES)('the rows of returns on %s', (_name, open) => {
  let side: Side;
  let orders: OrderRows;
  let rows: ReturnRows;
  let read: typeof readEvents | SimOrderRows['readEvents'];

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    const simulated = new SimOrderRows();
    orders = side.postgres ? postgresOrderRows : simulated;
    rows = side.postgres ? postgresReturnRows : new SimReturnRows(simulated);
    read = side.postgres ? readEvents : simulated.readEvents.bind(simulated);
    await side.transaction((tx) => orders.insertOrders(tx, [{ order }]));
  });
  afterEach(() => side.close());

  const insert = (one: OrderReturn, requestKey?: ReturnType<typeof key>) =>
    side.transaction((tx) =>
      rows.insertReturns(tx, [{ asked: one, ...(requestKey && { requestKey }) }]),
    );
  const find = (no: number, orderId = order.orderId) =>
    side.transaction((tx) => rows.findReturn(tx, orderId, id(no)));
  const reject = (no: number) =>
    side.transaction(async (tx) => {
      const state = (await rows.lockReturns(tx, [id(no)])).get(id(no));
      if (!state) throw new Error('not there');
      await rows.updateReturns(tx, [{ ...state, status: 'rejected', revision: 2, reason }], later);
    });

  it('know the order, and lock it', async () => {
    const known = await side.transaction((tx) => rows.findOrder(tx, order.orderId));
    expect(known).toEqual(order);
    const unknown = await side.transaction((tx) => rows.findOrder(tx, id(8)));
    expect(unknown).toBeUndefined();
    await expect(side.transaction((tx) => rows.lockOrder(tx, id(8)))).resolves.toBe(false);
    const lock = async (tx: Tx) => {
      await expect(rows.lockOrder(tx, order.orderId)).resolves.toBe(true);
    };
    await expect(second(side, lock, lock)).resolves.toEqual(['first ends', 'second has it']);
  });

  it('know several orders, in the order of their ids', async () => {
    const other = { ...order, orderId: id(7) };
    await side.transaction((tx) => orders.insertOrders(tx, [{ order: other }]));
    const ids = [other.orderId, id(8), order.orderId];
    const found = await side.transaction((tx) => rows.findOrders(tx, ids));
    expect(found).toEqual([other, order].toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1)));
  });

  it('wait for the order as long as they are told to', async () => {
    const isHeld = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const held = side.transaction(async (tx) => {
      await rows.lockOrder(tx, order.orderId);
      isHeld.resolve();
      await mayEnd.promise;
    });
    await isHeld.promise;
    const lock = (waitMs: number) =>
      side.transaction((tx) => rows.lockOrder(tx, order.orderId, waitMs));
    await expect(lock(30)).rejects.toThrow(StillLockedError);
    const patient = lock(30_000);
    mayEnd.resolve();
    await held;
    await expect(patient).resolves.toBe(true);
    await expect(lock(1)).resolves.toBe(true);
  });

  it('give back what was inserted, to its own order only', async () => {
    await insert(asked(1, { note: 'too small', updatedAt: later }), key('k'));
    await insert(asked(2));
    expect(await find(1)).toStrictEqual(asked(1, { note: 'too small' }));
    expect(await find(2)).toStrictEqual(asked(2));
    expect(await find(1, id(8))).toBeUndefined();
    expect(await find(3)).toBeUndefined();
  });

  it('go in by many, or by none', async () => {
    const lost = { origin: 'parcel-lost', status: 'approved' } as const;
    const both = [{ asked: asked(1), requestKey: key('k') }, { asked: asked(2, lost) }];
    await side.transaction((tx) => rows.insertReturns(tx, both));
    await side.transaction((tx) => rows.insertReturns(tx, []));
    expect(await find(1)).toStrictEqual(asked(1));
    expect(await find(2)).toStrictEqual(asked(2, lost));
  });

  it('take an id and a key of an order once', async () => {
    await insert(asked(1), key('k'));
    const twice = { code: '23505' };
    await expect(insert(asked(1))).rejects.toMatchObject(twice);
    await expect(insert(asked(2), key('k'))).rejects.toMatchObject(twice);
    await insert(asked(3));
    await insert(asked(4));
    expect(await find(2)).toBeUndefined();
  });

  it('find an earlier request by its id or its key', async () => {
    await insert(asked(1), key('k'));
    await insert(asked(2));
    const look = (request: { returnId: string; requestKey?: ReturnType<typeof key> }) =>
      side.transaction((tx) => rows.findByRequest(tx, { orderId: order.orderId, ...request }));
    const first = { returnId: id(1), requestKey: key('k') };
    expect(await look({ returnId: id(1) })).toEqual(first);
    expect(await look({ returnId: id(7), requestKey: key('k') })).toEqual(first);
    expect(await look({ returnId: id(2), requestKey: key('l') })).toEqual({ returnId: id(2) });
    expect(await look({ returnId: id(7), requestKey: key('l') })).toBeUndefined();
    const ofOther = { orderId: id(8), returnId: id(1) };
    expect(await side.transaction((tx) => rows.findByRequest(tx, ofOther))).toBeUndefined();
  });

  it('list those that stand, oldest first', async () => {
    await insert(asked(3));
    await insert(asked(1));
    await insert(asked(2));
    await reject(1);
    const list = (...orderIds: string[]) =>
      side.transaction((tx) => rows.standingReturns(tx, orderIds));
    expect(await list(order.orderId)).toEqual([asked(2), asked(3)]);
    expect(await list(id(8), order.orderId)).toHaveLength(2);
    expect(await list(id(8))).toEqual([]);
    expect(await list()).toEqual([]);
  });

  it('change status, reason and revision, and nothing else', async () => {
    await insert(asked(1, { note: 'n' }), key('k'));
    await insert(asked(2));
    await reject(1);
    const rejected = { status: 'rejected', reason, revision: 2, updatedAt: later } as const;
    expect(await find(1)).toStrictEqual(asked(1, { note: 'n', ...rejected }));
    expect(await find(2)).toStrictEqual(asked(2));
    await side.transaction(async (tx) => {
      const state = (await rows.lockReturns(tx, [id(1)])).get(id(1));
      if (!state) throw new Error('not there');
      expect(state).toEqual({
        returnId: id(1),
        orderId: order.orderId,
        status: 'rejected',
        reason,
        revision: 2,
        orderStatus: 'pending',
      });
      const { reason: _, ...without } = state;
      await rows.updateReturns(tx, [{ ...without, status: 'approved', revision: 3 }], later);
    });
    const approved = { status: 'approved', revision: 3, updatedAt: later } as const;
    expect(await find(1)).toStrictEqual(asked(1, { note: 'n', ...approved }));
  });

  it('are a whole order when all of its pieces are back, and no sooner', async () => {
    const whole = (...ids: string[]) => side.transaction((tx) => rows.wholeReturns(tx, ids));
    const complete = (no: number) =>
      side.transaction(async (tx) => {
        const state = (await rows.lockReturns(tx, [id(no)])).get(id(no));
        if (!state) throw new Error('not there');
        await rows.updateReturns(tx, [{ ...state, status: 'completed', revision: 2 }], later);
      });
    expect(await whole(order.orderId)).toEqual(new Set());
    await insert(asked(1));
    expect(await whole(order.orderId)).toEqual(new Set());
    await complete(1);
    expect(await whole(order.orderId, id(8))).toEqual(new Set([order.orderId]));
  });

  it('lock in the order of the ids; who comes second sees what the first has written', async () => {
    await insert(asked(2));
    await insert(asked(1));
    const lock = (tx: Tx, nos: readonly number[]) => rows.lockReturns(tx, nos.map(id));
    await expect(inOrder(side, lock)).resolves.toEqual(['first ends', 'second has it']);
    let seen: string | undefined;
    const first = async (tx: Tx) => {
      const state = (await rows.lockReturns(tx, [id(1)])).get(id(1));
      if (state) await rows.updateReturns(tx, [{ ...state, status: 'approved' }], later);
    };
    await second(side, first, async (tx) => {
      seen = (await rows.lockReturns(tx, [id(1), id(7)])).get(id(1))?.status;
    });
    expect(seen).toBe('approved');
  });

  const history = () => side.transaction((tx) => read(tx, order.orderId, 1, 200));

  it('are entries of the history of their order, each state that they came to', async () => {
    await insert(asked(1));
    await side.transaction(async (tx) => {
      const state = (await rows.lockReturns(tx, [id(1)])).get(id(1));
      if (!state) throw new Error('not there');
      const approved = { ...state, status: 'approved', revision: 2 } as const;
      const rejected = { ...state, status: 'rejected', revision: 3, reason } as const;
      await rows.updateReturns(tx, [approved, rejected], later);
    });
    const returnId = id(1);
    const stands = { status: 'pending', revision: 1 };
    expect(await history()).toStrictEqual([
      { seq: 2, type: 'return-requested', ...stands, details: { returnId }, at: createdAt },
      { seq: 3, type: 'return-approved', ...stands, details: { returnId }, at: later },
      { seq: 4, type: 'return-rejected', ...stands, details: { returnId, reason }, at: later },
    ]);
    expect(await find(1)).toMatchObject({ status: 'rejected', revision: 3 });
  });

  it('number their entries one after the other, also beside whoever settles the order', async () => {
    await insert(asked(1));
    await insert(asked(2));
    const settle = async (tx: Tx) => {
      const locked = (await orders.lockOrders(tx, [order.orderId])).get(order.orderId);
      if (!locked) throw new Error('not there');
      const revision = locked.revision + 1;
      await orders.updateOrders(tx, [{ ...locked, status: 'confirmed', revision }], later);
    };
    const approve = (no: number) => async (tx: Tx) => {
      const state = (await rows.lockReturns(tx, [id(no)])).get(id(no));
      if (state) await rows.updateReturns(tx, [{ ...state, status: 'approved' }], later);
    };
    await second(side, settle, approve(1));
    await second(side, approve(1), approve(2));
    await second(side, approve(2), settle);
    const entries = (await history()).slice(2);
    expect(entries.map(({ seq, type, revision }) => [seq, type, revision])).toEqual([
      [4, 'confirmed', 2],
      [5, 'return-approved', 2],
      [6, 'return-approved', 2],
      [7, 'return-approved', 2],
      [8, 'return-approved', 2],
      [9, 'confirmed', 3],
    ]);
  });

  it('know where the order stands when a return is locked', async () => {
    await insert(asked(1));
    await side.transaction(async (tx) => {
      const locked = (await orders.lockOrders(tx, [order.orderId])).get(order.orderId);
      if (!locked) throw new Error('not there');
      await orders.updateOrders(tx, [{ ...locked, status: 'confirmed', revision: 2 }], later);
    });
    const states = await side.transaction((tx) => rows.lockReturns(tx, [id(1)]));
    expect(states.get(id(1))?.orderStatus).toBe('confirmed');
  });
});
