/** The contract of shipping's rows: one shipment an order, written as it was decided or not at all. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/shipping';
import { RetryableError, type Tx } from '#messaging';
import { barrierTable } from '#participant';
import type { StoredShipment } from '../../../apps/shipping/src/persistence/shipment-row.js';
import {
  postgresShipmentRows,
  type ShipmentRows,
} from '../../../apps/shipping/src/persistence/shipment-rows.js';
import { SimShipmentRows } from '../../../tools/simulate/stores/shipment-rows.js';
import { crossed, inOrder, second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const id = (no: number) => `019aa0c5-7d5c-7000-8000-00000000000${no}`;
const to = { issuedOn: '2026-11-21', commandId: 'c', sagaId: 's', businessKey: 'k\u0000"' };
const shipment = (no: number, change: Partial<StoredShipment> = {}): StoredShipment => ({
  orderId: id(no),
  sagaId: `saga-${no}`,
  merchantId: 'm',
  items: [{ productId: 'p', quantity: 2 }],
  shippingAddress: { prefecture: 'Tokyo', city: 'Chiyoda', line1: '1', postalCode: '100-0001' },
  wanted: 'booked',
  status: 'requested',
  shipmentId: null,
  trackingNumber: null,
  problemCode: null,
  cancelReason: null,
  bookedAt: null,
  handedOverAt: null,
  deliveredAt: null,
  revision: 1,
  shipTo: [to],
  bookTo: [],
  handOverTo: [],
  cancelTo: [],
  ...change,
});
const created = shipment(1, {
  status: 'created',
  shipmentId: 'ship-1',
  trackingNumber: 'track-1',
  revision: 2,
  shipTo: [],
});

describe.each(SIDES)('the rows of shipments on %s', (_name, open) => {
  let side: Side;
  let rows: ShipmentRows;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    rows = side.postgres ? postgresShipmentRows : new SimShipmentRows();
  });
  afterEach(() => side.close());

  const find = async (no: number) => (await rows.findShipments(side.session, [id(no)])).get(id(no));
  const insert = (...all: StoredShipment[]) =>
    side.transaction((tx) => rows.insertShipments(tx, all));
  const update = (before: StoredShipment, after: StoredShipment) =>
    side.transaction((tx) => rows.updateShipments(tx, [{ before, after }]));

  it('gives back what was inserted, and nothing for orders without a shipment', async () => {
    await insert(shipment(2), shipment(1));
    const expected = new Map([
      [id(1), shipment(1)],
      [id(2), shipment(2)],
    ]);
    const ids = [id(2), id(9), id(1), id(2)];
    await expect(rows.findShipments(side.session, ids)).resolves.toEqual(expected);
    const locked = await side.transaction((tx) => rows.lockShipments(tx, ids));
    expect([...locked]).toEqual([...expected]);
  });

  it('leaves what is not known of a new one to the table, and keeps JSON without gaps', async () => {
    const line2 = undefined as unknown as string;
    const shippingAddress = { ...shipment(1).shippingAddress, line2 };
    const at = '2026-11-21T10:00:00.123Z';
    const known = {
      ...{ shipmentId: 's', trackingNumber: 't', problemCode: 'p' },
      ...{ bookedAt: at, handedOverAt: at, deliveredAt: at },
    };
    await insert(shipment(1, { ...known, shippingAddress }));
    const found = await find(1);
    expect(found).toStrictEqual(shipment(1));
  });

  it('has one shipment an order, and inserts all of them or none', async () => {
    await insert(shipment(1));
    const other = shipment(1, { merchantId: 'other' });
    await expect(insert(shipment(2), other)).rejects.toThrow(RetryableError);
    await expect(insert(shipment(3), shipment(3))).rejects.toThrow('a shipment was made meanwhile');
    await expect(find(1)).resolves.toEqual(shipment(1));
    await expect(find(2)).resolves.toBeUndefined();
    await expect(find(3)).resolves.toBeUndefined();
  });

  it('lets a second insert of an order wait, and takes it when the first is rolled back', async () => {
    const first = (tx: Tx) => rows.insertShipments(tx, [shipment(1)]);
    const then = (tx: Tx) => rows.insertShipments(tx, [shipment(1, { merchantId: 'second' })]);
    await expect(second(side, first, then, 'rollback')).resolves.toHaveLength(2);
    await expect(find(1)).resolves.toMatchObject({ merchantId: 'second' });
  });

  it('lets a second insert of an order wait, and refuses it when the first is committed', async () => {
    const first = (tx: Tx) => rows.insertShipments(tx, [shipment(1)]);
    const then = (tx: Tx) => rows.insertShipments(tx, [shipment(1, { merchantId: 'second' })]);
    await expect(second(side, first, then)).rejects.toThrow(RetryableError);
    await expect(find(1)).resolves.toEqual(shipment(1));
  });

  it('updates what can change, and leaves the rest as it is', async () => {
    await insert(shipment(1), shipment(2));
    const other = { sagaId: 'x', merchantId: 'x', items: [] };
    const shippingAddress = { ...created.shippingAddress, city: 'Osaka' };
    await update(shipment(1), { ...created, ...other, shippingAddress });
    await expect(find(1)).resolves.toEqual(created);
    await update(created, shipment(1, { status: 'refused', problemCode: 'p', revision: 3 }));
    await expect(find(1)).resolves.toEqual(
      shipment(1, { status: 'refused', problemCode: 'p', revision: 3 }),
    );
    await expect(find(2)).resolves.toEqual(shipment(2));
  });

  it('gives back all that can change, also what was there from the beginning', async () => {
    const cancelReason = { code: 'c', message: 'because "so"' };
    const asked = shipment(1, {
      ...{ wanted: 'cancelled', status: 'cancelled', cancelReason, revision: 2 },
      ...{ shipTo: [], bookTo: [to], handOverTo: [to, to], cancelTo: [to] },
    } as const);
    await insert(asked);
    await expect(find(1)).resolves.toStrictEqual(asked);
    const done = shipment(1, {
      ...{ wanted: 'handed-over', status: 'delivered', shipmentId: 's', trackingNumber: 't' },
      ...{ bookedAt: '2026-11-21T10:00:00.001Z', handedOverAt: '2026-11-21T11:00:00.020Z' },
      ...{ deliveredAt: '2026-11-22T00:00:00.300Z', revision: 5, problemCode: 'p' },
    } as const);
    await update(asked, done);
    await expect(find(1)).resolves.toStrictEqual(done);
  });

  it('refuses an update of what is not as it was read, with all that came with it', async () => {
    await insert(shipment(1), shipment(2));
    await update(shipment(1), created);
    await expect(update(shipment(1), created)).rejects.toThrow('a shipment changed meanwhile');
    await expect(update(shipment(9), shipment(9))).rejects.toThrow(RetryableError);
    const both = [shipment(2), shipment(1)].map((before) => ({
      before,
      after: { ...before, revision: 2, shipTo: [] },
    }));
    const stale = side.transaction((tx) => rows.updateShipments(tx, both));
    await expect(stale).rejects.toThrow(RetryableError);
    await expect(find(2)).resolves.toEqual(shipment(2));
  });

  it('does not wait for a shipment that was not as it was read from the beginning', async () => {
    await insert(shipment(1));
    await update(shipment(1), created);
    await side.transaction(async (tx) => {
      await rows.lockShipments(tx, [id(1)]);
      await expect(update(shipment(1), created)).rejects.toThrow(RetryableError);
    });
  });

  it.each([
    { shipmentId: null },
    { trackingNumber: null },
    { status: 'handed-over', shipmentId: null },
    { status: 'delivered', trackingNumber: null },
    { status: 'lost', trackingNumber: null },
  ] as const)('never holds one that is created with %j', async (change) => {
    await insert(shipment(1));
    const broken: StoredShipment = { ...created, ...change };
    await expect(update(shipment(1), broken)).rejects.toMatchObject({ code: '23514' });
    await expect(update(created, broken)).rejects.toThrow(RetryableError);
    await expect(find(1)).resolves.toEqual(shipment(1));
  });

  it('takes no new one that is created already', async () => {
    await expect(insert(created)).rejects.toMatchObject({ code: '23514' });
  });

  it.each([
    ['commit', 'created'],
    ['rollback', 'requested'],
  ] as const)('locks: who comes second sees what the %s left', async (end, expected) => {
    await insert(shipment(1));
    let seen: StoredShipment | undefined;
    const first = async (tx: Tx) => {
      await rows.lockShipments(tx, [id(1)]);
      await rows.updateShipments(tx, [{ before: shipment(1), after: created }]);
      // Who does not lock does not wait, and sees what is committed.
      expect((await find(1))?.status).toBe('requested');
    };
    const then = async (tx: Tx) => {
      seen = (await rows.lockShipments(tx, [id(1)])).get(id(1));
    };
    await expect(second(side, first, then, end)).resolves.toEqual(['first ends', 'second has it']);
    expect(seen?.status).toBe(expected);
  });

  it('takes its locks in the order of the ids, whatever order it is asked in', async () => {
    await insert(shipment(2));
    await insert(shipment(1));
    const ends = await inOrder(side, (tx, nos) => rows.lockShipments(tx, nos.map(id)));
    expect(ends).toEqual(['first ends', 'second has it']);
  });

  it('ends two that wait for each other by failing one of them', async () => {
    await insert(shipment(1), shipment(2));
    const failed = await crossed(side, (tx, no) => rows.lockShipments(tx, [id(no)]));
    expect(failed).toMatchObject([{ code: '40P01' }]);
  });

  it('takes empty lists', async () => {
    await side.transaction(async (tx) => {
      await expect(rows.findShipments(tx, [])).resolves.toEqual(new Map());
      await expect(rows.lockShipments(tx, [])).resolves.toEqual(new Map());
      await rows.insertShipments(tx, []);
      await rows.updateShipments(tx, []);
    });
  });
});
