/** The contract of the order service's rows: one order an id and a key, locks that are waited for. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/order';
import { StillLockedError, type Tx } from '#messaging';
import { barrierTable } from '#participant';
import type { Order } from '../../../apps/order/src/domain/order.js';
import {
  postgresOrderRows,
  type OrderRows,
} from '../../../apps/order/src/persistence/order-rows.js';
import type { SettlingOrder } from '../../../apps/order/src/persistence/settle-orders.js';
import { readEvents } from '../../../apps/order/src/persistence/order-events.js';
import { SimOrderRows } from '../../../tools/simulate/stores/order-rows.js';
import { crossed, inOrder, second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const id = (no: number) => `019aa0c5-7d5c-7000-8000-00000000000${no}`;
const createdAt = new Date(Date.UTC(2026, 10, 21, 12, 0, 0, 7));
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
  createdAt,
  updatedAt: createdAt,
});

const { paymentMethod } = order(1);

describe.each(SIDES)('the rows of orders on %s', (_name, open) => {
  let side: Side;
  let rows: OrderRows;
  let read: typeof readEvents | SimOrderRows['readEvents'];

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    const simulated = new SimOrderRows();
    rows = side.postgres ? postgresOrderRows : simulated;
    read = side.postgres ? readEvents : simulated.readEvents.bind(simulated);
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
      { orderId: id(1), merchantId: 'm', requestKey: { key: 'k', hash: 'hash of 1' } },
      { orderId: id(2), merchantId: 'm', requestKey: { key: 'l', hash: 'hash of 2' } },
    ]);
  });

  it('lets each merchant take a key once', async () => {
    const ofAnother = (no: number) => ({
      ...keyed(no, 'k'),
      order: { ...order(no), merchantId: 'another' },
    });
    await expect(insert(keyed(1, 'k'), ofAnother(2))).resolves.toEqual(new Set([id(1), id(2)]));
    await expect(insert(keyed(3, 'k'), ofAnother(4))).resolves.toEqual(new Set());
    const earlier = await side.transaction((tx) => rows.findEarlier(tx, [], ['k']));
    expect(new Map(earlier.map((one) => [one.merchantId, one.orderId]))).toEqual(
      new Map([
        ['m', id(1)],
        ['another', id(2)],
      ]),
    );
  });

  it('has each earlier order once, with the key of its request where it had one', async () => {
    await insert(keyed(1, 'k'));
    const added = side.transaction((tx) => rows.insertOrders(tx, [{ order: order(2) }]));
    await expect(added).resolves.toEqual(new Set([id(2)]));
    const again = side.transaction((tx) => rows.insertOrders(tx, [{ order: order(2) }]));
    await expect(again).resolves.toEqual(new Set());
    const earlier = await side.transaction((tx) =>
      rows.findEarlier(tx, [id(1), id(2), id(9)], ['k', 'x']),
    );
    expect(new Map(earlier.map((one) => [one.orderId, one]))).toStrictEqual(
      new Map([
        [id(1), { orderId: id(1), merchantId: 'm', requestKey: { key: 'k', hash: 'hash of 1' } }],
        [id(2), { orderId: id(2), merchantId: 'm' }],
      ]),
    );
    expect(earlier).toHaveLength(2);
  });

  it('begins every order as pending, and gives back what settling it takes', async () => {
    const reason = { code: 'c', message: 'm' };
    const settled = { status: 'confirmed', revision: 7, reason, trackingNumber: 't' } as const;
    const totalAmount = Number.MAX_SAFE_INTEGER;
    await insert({ ...keyed(1, 'k'), order: { ...order(1), ...settled, totalAmount } });
    const locked = await side.transaction((tx) => rows.lockOrders(tx, [id(1)]));
    const { customerId, merchantId, channel, currency } = order(1);
    const head = { orderId: id(1), customerId, merchantId, channel, currency, totalAmount };
    expect(locked).toStrictEqual(new Map([[id(1), { ...head, status: 'pending', revision: 1 }]]));
    const found = await side.transaction((tx) => rows.findStatus(tx, id(1)));
    expect(found).toStrictEqual({ status: 'pending', paymentMethod });
  });

  it('takes no order of less than nothing', async () => {
    const wrong = { ...keyed(1, 'k'), order: { ...order(1), totalAmount: -1 } };
    await expect(insert(wrong)).rejects.toMatchObject({ code: '23514' });
  });

  it('updates orders that there are, and forgets reasons that no longer hold', async () => {
    await insert(keyed(1, 'k'), keyed(2, 'l'));
    const update = (no: number, change: Partial<SettlingOrder>) =>
      side.transaction((tx) => rows.updateOrders(tx, [{ ...order(no), ...change }], new Date()));
    const status = (no: number) => side.transaction((tx) => rows.findStatus(tx, id(no)));
    const note = undefined as unknown as string;
    const reason = { code: 'c', message: 'm', note };
    await update(1, { status: 'cancelled', revision: 2, reason });
    const kept = await status(1);
    expect(kept).toStrictEqual({
      ...{ status: 'cancelled', paymentMethod },
      reason: { code: 'c', message: 'm' },
    });
    await update(1, { status: 'confirmed', revision: 3, trackingNumber: 't' });
    await update(9, { status: 'confirmed' });
    const later = await status(1);
    expect(later).toStrictEqual({ status: 'confirmed', paymentMethod });
    await expect(status(2)).resolves.toEqual({ status: 'pending', paymentMethod });
    await expect(status(9)).resolves.toBeUndefined();
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

  it('waits for a key as long as it is told to, and is none of the wiser then', async () => {
    const isHeld = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const held = side.transaction(async (tx) => {
      await rows.insertOrders(tx, [keyed(1, 'k')]);
      isHeld.resolve();
      await mayEnd.promise;
    });
    await isHeld.promise;
    const again = (waitMs: number) =>
      side.transaction((tx) => rows.insertOrders(tx, [keyed(2, 'k')], waitMs));
    await expect(again(30)).rejects.toThrow(StillLockedError);
    const patient = again(30_000);
    mayEnd.resolve();
    await held;
    await expect(patient).resolves.toEqual(new Set());
    await expect(again(1)).resolves.toEqual(new Set());
    await expect(side.transaction((tx) => rows.findStatus(tx, id(2)))).resolves.toBeUndefined();
  });

  it('waits no shorter afterwards, in the same transaction', async () => {
    await insert(keyed(1, 'k'));
    const settle = (tx: Tx) => rows.lockOrders(tx, [id(1)]);
    const then = async (tx: Tx) => {
      await rows.insertOrders(tx, [keyed(2, 'l')], 1);
      await rows.lockOrders(tx, [id(1)]);
    };
    await expect(second(side, settle, then)).resolves.toEqual(['first ends', 'second has it']);
  });

  it('lets a request with the key wait for who is settling its order', async () => {
    await insert(keyed(1, 'k'));
    let added: Set<string> | undefined;
    const settled = { ...order(1), status: 'confirmed' as const, revision: 2 };
    const ends = await second(
      side,
      (tx) => rows.updateOrders(tx, [settled], new Date()),
      async (tx) => {
        added = await rows.insertOrders(tx, [keyed(2, 'k')]);
      },
    );
    expect(ends).toEqual(['first ends', 'second has it']);
    expect(added).toEqual(new Set());
  });

  it('locks: who comes second sees the order as it was when it is not settled after all', async () => {
    await insert(keyed(1, 'k'));
    let seen: string | undefined;
    const settled = { ...order(1), status: 'confirmed' as const, revision: 2 };
    await second(
      side,
      (tx) => rows.updateOrders(tx, [settled], new Date()),
      async (tx) => {
        seen = (await rows.lockOrders(tx, [id(1)])).get(id(1))?.status;
      },
      'rollback',
    );
    expect(seen).toBe('pending');
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
      paymentMethod,
      status: 'cancelled',
      reason: { code: 'c', message: 'm' },
    });
  });

  const history = (no: number, after = 0, limit = 200) =>
    side.transaction((tx) => read(tx, id(no), after, limit));
  const typesOf = async (no: number) => (await history(no)).map(({ type }) => type);
  const at = new Date(Date.UTC(2026, 10, 21, 12, 0, 5));

  it('begins a history with each order that it takes, and with no other', async () => {
    await insert(keyed(1, 'k'), keyed(2, 'k'));
    await insert(keyed(1, 'l'), keyed(3, 'k'));
    expect(await history(1)).toStrictEqual([
      { seq: 1, type: 'created', status: 'pending', revision: 1, details: {}, at: createdAt },
    ]);
    expect([await history(2), await history(3)]).toEqual([[], []]);
  });

  it('has an entry of each state that an order came to, and the last one in its row', async () => {
    await insert(keyed(1, 'k'), keyed(2, 'l'));
    const reason = { code: 'c', message: 'm' };
    const confirmed = {
      ...order(1),
      status: 'confirmed',
      revision: 2,
      trackingNumber: 't',
    } as const;
    const shipped = { ...confirmed, status: 'shipped', revision: 3 } as const;
    const cancelled = { ...order(2), status: 'cancelled', revision: 2, reason } as const;
    await side.transaction((tx) => rows.updateOrders(tx, [confirmed, cancelled, shipped], at));
    const details = { trackingNumber: 't' };
    expect(await history(1, 1)).toStrictEqual([
      { seq: 2, type: 'confirmed', status: 'confirmed', revision: 2, details, at },
      { seq: 3, type: 'shipped', status: 'shipped', revision: 3, details, at },
    ]);
    expect(await history(2, 1)).toStrictEqual([
      { seq: 2, type: 'cancelled', status: 'cancelled', revision: 2, details: { reason }, at },
    ]);
    expect((await history(1, 0, 2)).map(({ seq }) => seq)).toEqual([1, 2]);
    const status = await side.transaction((tx) => rows.findStatus(tx, id(1)));
    expect(status).toMatchObject({ status: 'shipped' });
  });

  const reason = { code: 'c', message: 'm' };
  const declined = (no: number, paymentRevision: number) => ({
    ...{ orderId: id(no), paymentRevision, reason },
  });
  const decline = (...facts: ReturnType<typeof declined>[]) =>
    side.transaction((tx) => rows.noteDeclined(tx, facts, at));

  it('notes a cancel once, and nothing of an order that has left', async () => {
    await insert(keyed(1, 'k'));
    const note = (no = 1) => side.transaction((tx) => rows.noteCancel(tx, id(no), reason, at));
    for (const no of [1, 1, 9]) await note(no);
    const details = { reason };
    expect((await history(1)).slice(1)).toStrictEqual([
      { seq: 2, type: 'cancel-requested', status: 'pending', revision: 1, details, at },
    ]);
    expect(await history(9)).toEqual([]);
    await insert(keyed(2, 'l'), keyed(3, 'm'));
    const settled = (no: number, status: 'confirmed' | 'shipped') =>
      side.transaction((tx) => rows.updateOrders(tx, [{ ...order(no), status, revision: 2 }], at));
    await settled(2, 'confirmed');
    await settled(3, 'shipped');
    for (const no of [2, 3]) await note(no);
    expect(await typesOf(2)).toEqual(['created', 'confirmed', 'cancel-requested']);
    expect(await typesOf(3)).toEqual(['created', 'shipped']);
  });

  it('notes each card that was declined, once, and counts them', async () => {
    await insert(keyed(1, 'k'), keyed(2, 'l'));
    const cards = (no: number) => side.transaction((tx) => rows.lockCards(tx, id(no)));
    expect(await cards(1)).toEqual({ declined: 0, given: 0, lastGivenAt: null });
    await decline(declined(1, 2), declined(2, 2), declined(1, 4), declined(9, 1));
    await decline(declined(1, 4), declined(1, 3));
    const details = { reason, paymentRevision: 4 };
    expect(await typesOf(1)).toEqual(['created', 'payment-declined', 'payment-declined']);
    expect((await history(1)).at(-1)).toStrictEqual({
      ...{ seq: 3, type: 'payment-declined', status: 'pending', revision: 1, details, at },
    });
    await side.transaction((tx) => rows.noteCard(tx, id(1), at));
    expect(await cards(1)).toEqual({ declined: 2, given: 1, lastGivenAt: at });
    expect(await cards(2)).toEqual({ declined: 1, given: 0, lastGivenAt: null });
    await side.transaction((tx) =>
      rows.updateOrders(tx, [{ ...order(1), status: 'confirmed', revision: 2 }], at),
    );
    await decline(declined(1, 5));
    expect((await typesOf(1)).at(-1)).toBe('confirmed');
    expect(await cards(1)).toBeUndefined();
    expect(await cards(9)).toBeUndefined();
  });

  it('numbers what two write at the same moment one after the other', async () => {
    await insert(keyed(1, 'k'));
    const type = 'another-card-given';
    const note = async (tx: Tx) => {
      await rows.lockCards(tx, id(1));
      await rows.noteCard(tx, id(1), at);
    };
    await expect(second(side, note, note)).resolves.toEqual(['first ends', 'second has it']);
    expect(await typesOf(1)).toEqual(['created', type, type]);
    await second(side, note, note, 'rollback');
    expect((await history(1)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it('takes its locks in the order of the ids, whatever order it is asked in', async () => {
    await insert(keyed(2, 'l'));
    await insert(keyed(1, 'k'));
    const ends = await inOrder(side, (tx, nos) => rows.lockOrders(tx, nos.map(id)));
    expect(ends).toEqual(['first ends', 'second has it']);
  });

  it('ends two that wait for each other by failing one of them', async () => {
    await insert(keyed(1, 'k'), keyed(2, 'l'));
    const failed = await crossed(side, (tx, no) => rows.lockOrders(tx, [id(no)]));
    expect(failed).toMatchObject([{ code: '40P01' }]);
  });

  it('takes empty lists', async () => {
    await side.transaction(async (tx) => {
      await expect(rows.insertOrders(tx, [])).resolves.toEqual(new Set());
      await expect(rows.findEarlier(tx, [], [])).resolves.toEqual([]);
      await expect(rows.lockOrders(tx, [])).resolves.toEqual(new Map());
      await rows.noteDeclined(tx, [], at);
      await rows.updateOrders(tx, [], new Date());
    });
  });
});
