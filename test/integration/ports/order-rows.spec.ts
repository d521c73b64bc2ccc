/** The contract of the order service's rows: one order an id and a key, locks that are waited for. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/order';
import type { Tx } from '#messaging';
import { barrierTable } from '#participant';
import type { Order } from '../../../apps/order/src/domain/order.js';
import {
  postgresOrderRows,
  type OrderRows,
} from '../../../apps/order/src/persistence/order-rows.js';
import { SimOrderRows } from '../../../tools/simulate/stores/order-rows.js';
import { second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const id = (no: number) => `019aa0c5-7d5c-7000-8000-00000000000${no}`;
const order = (no: number): Order => ({
  orderId: id(no),
  customerId: 'c',
  merchantId: 'm',
  channel: 'web',
  currency: 'JPY',
  totalAmount: 100,
  items: [{ productId: 'p', quantity: 1, unitPrice: 100 }],
  shippingAddress: { prefecture: 'Tokyo', city: 'Chiyoda', line1: '1', postalCode: '100-0001' },
  email: 'c@example.com',
  paymentMethod: 'credit_card',
  status: 'pending',
  revision: 1,
  createdAt: new Date(),
  updatedAt: new Date(),
});

describe.each(SIDES)('the rows of orders on %s', (_name, open) => {
  let side: Side;
  let rows: OrderRows;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    rows = side.postgres ? postgresOrderRows : new SimOrderRows();
  });
  afterEach(() => side.close());

  const keyed = (no: number, key: string) => ({
    order: order(no),
    requestKey: { key, hash: `hash of ${no}` },
  });
  const insert = (...all: ReturnType<typeof keyed>[]) =>
    side.transaction((tx) => rows.insertOrders(tx, all));

  it('takes an id and a key once, and finds who was first', async () => {
    await expect(insert(keyed(1, 'k'), keyed(2, 'l'))).resolves.toEqual(new Set([id(1), id(2)]));
    await expect(insert(keyed(3, 'k'), keyed(1, 'x'))).resolves.toEqual(new Set());
    const earlier = await side.transaction((tx) => rows.findEarlier(tx, [id(3), id(2)], ['k']));
    const byId = earlier.toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1));
    expect(byId).toEqual([
      { orderId: id(1), requestKey: { key: 'k', hash: 'hash of 1' } },
      { orderId: id(2), requestKey: { key: 'l', hash: 'hash of 2' } },
    ]);
  });

  it('takes the first of several that bring the same key at once', async () => {
    const added = await insert(keyed(1, 'k'), keyed(2, 'k'));
    expect(added).toEqual(new Set([id(1)]));
  });

  it.each([
    ['commit', 0],
    ['rollback', 1],
  ] as const)('lets a second request with the key wait for the %s', async (end, expected) => {
    let added: Set<string> | undefined;
    const then = async (tx: Tx) => {
      added = await rows.insertOrders(tx, [keyed(2, 'k')]);
    };
    const first = (tx: Tx) => rows.insertOrders(tx, [keyed(1, 'k')]);
    await expect(second(side, first, then, end)).resolves.toEqual(['first ends', 'second has it']);
    expect(added?.size).toBe(expected);
  });

  it('locks: who comes second sees the settled order', async () => {
    await insert(keyed(1, 'k'));
    let seen: string | undefined;
    const at = new Date();
    await second(
      side,
      async (tx) => {
        const locked = (await rows.lockOrders(tx, [id(1)])).get(id(1));
        if (!locked) throw new Error('not there');
        const reason = { code: 'c', message: 'm' };
        await rows.updateOrders(tx, [{ ...locked, status: 'cancelled', revision: 2, reason }], at);
      },
      async (tx) => {
        seen = (await rows.lockOrders(tx, [id(1), id(9)])).get(id(1))?.status;
      },
    );
    expect(seen).toBe('cancelled');
    await expect(side.transaction((tx) => rows.findStatus(tx, id(1)))).resolves.toEqual({
      status: 'cancelled',
      reason: { code: 'c', message: 'm' },
    });
  });

  it('ends two that wait for each other by failing one of them', async () => {
    await insert(keyed(1, 'k'), keyed(2, 'l'));
    const both = [0, 1].map(() => Promise.withResolvers<void>());
    const crossing = [1, 2].map((own, index) =>
      side.transaction(async (tx) => {
        await rows.lockOrders(tx, [id(own)]);
        both[index]?.resolve();
        await Promise.all(both.map(({ promise }) => promise));
        await rows.lockOrders(tx, [id(3 - own)]);
      }),
    );
    const ends = await Promise.allSettled(crossing);
    const failed = ends.filter((end) => end.status === 'rejected');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.reason).toMatchObject({ code: '40P01' });
  });
});
