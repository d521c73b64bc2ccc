/** The contract of shipping's return parcels: one a return, written under their locks. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/shipping';
import { RetryableError, type Tx } from '#messaging';
import { barrierTable } from '#participant';
import {
  postgresReturnParcelRows,
  type ReturnParcelRows,
  type StoredReturnParcel,
} from '../../../apps/shipping/src/persistence/return-parcel-rows.js';
import { SimReturnParcelRows } from '../../../tools/simulate/stores/return-parcel-rows.js';
import { inOrder, second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const id = (no: number) => `019aa0c5-7d5c-7000-8000-00000000000${no}`;
const to = { issuedOn: '2026-11-21', commandId: 'c', sagaId: 's', businessKey: 'k\u0000"' };
const parcel = (no: number, change: Partial<StoredReturnParcel> = {}): StoredReturnParcel => ({
  returnId: id(no),
  orderId: id(9),
  items: [{ productId: 'p', quantity: 2 }],
  shippingAddress: { prefecture: 'Tokyo', city: 'Chiyoda', line1: '1', postalCode: '100-0001' },
  status: 'awaited',
  trackingNumber: null,
  problemCode: null,
  revision: 1,
  receiveTo: [to],
  ...change,
});

describe.each(SIDES)('the rows of return parcels on %s', (_name, open) => {
  let side: Side;
  let rows: ReturnParcelRows;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    rows = side.postgres ? postgresReturnParcelRows : new SimReturnParcelRows();
  });
  afterEach(() => side.close());

  const insert = (...all: StoredReturnParcel[]) =>
    side.transaction((tx) => rows.insertReturnParcels(tx, all));
  const update = (...all: StoredReturnParcel[]) =>
    side.transaction((tx) => rows.updateReturnParcels(tx, all));
  const locked = (...nos: number[]) =>
    side.transaction((tx) => rows.lockReturnParcels(tx, nos.map(id)));

  it('give back what was inserted, with how long it has been awaited', async () => {
    await insert(parcel(2), parcel(1));
    const expected = [
      [id(1), parcel(1)],
      [id(2), parcel(2)],
    ];
    expect([...(await locked(2, 7, 1, 2))]).toEqual(expected);
    const found = await rows.findReturnParcels(side.session, [id(1), id(7)]);
    expect([...found.keys()]).toEqual([id(1)]);
    const { awaitedMs, ...first } = found.get(id(1)) ?? { awaitedMs: -1 };
    expect(first).toEqual(parcel(1));
    expect(awaitedMs).toBeGreaterThanOrEqual(0);
    expect(awaitedMs).toBeLessThan(60_000);
  });

  it('leave what is not known of a new one to the table', async () => {
    await insert(parcel(1, { trackingNumber: 't', problemCode: 'p' }));
    expect((await locked(1)).get(id(1))).toStrictEqual(parcel(1));
  });

  it('have one parcel a return, and insert all of them or none', async () => {
    await insert(parcel(1));
    await expect(insert(parcel(2), parcel(1))).rejects.toThrow(RetryableError);
    expect((await locked(2)).size).toBe(0);
    await insert();
    await update();
  });

  it('let a second new one wait, and refuse it when the first is committed', async () => {
    const make = (tx: Tx) => rows.insertReturnParcels(tx, [parcel(1)]);
    await expect(second(side, make, make)).rejects.toThrow(RetryableError);
  });

  it('let a second new one wait, and take it when the first is rolled back', async () => {
    const make = (revision: number) => (tx: Tx) =>
      rows.insertReturnParcels(tx, [parcel(1, { revision })]);
    await second(side, make(1), make(2), 'rollback');
    expect((await locked(1)).get(id(1))?.revision).toBe(2);
  });

  it('change what can change, and nothing else', async () => {
    await insert(parcel(1), parcel(2));
    const change = {
      status: 'received',
      trackingNumber: 't',
      problemCode: 'p',
      revision: 2,
      receiveTo: [],
    } as const;
    await update(parcel(1, { ...change, orderId: id(8), items: [] }), parcel(7));
    expect([...(await locked(1, 2, 7)).values()]).toEqual([parcel(1, change), parcel(2)]);
  });

  it('want a number of what has arrived', async () => {
    await insert(parcel(1));
    await expect(update(parcel(1, { status: 'received' }))).rejects.toMatchObject({
      code: '23514',
    });
  });

  it('lock in the order of the ids; who comes second sees what the first has written', async () => {
    await insert(parcel(2));
    await insert(parcel(1));
    const lock = (tx: Tx, nos: readonly number[]) => rows.lockReturnParcels(tx, nos.map(id));
    await expect(inOrder(side, lock)).resolves.toEqual(['first ends', 'second has it']);
    let seen: string | undefined;
    const first = async (tx: Tx) => {
      await rows.lockReturnParcels(tx, [id(1)]);
      await rows.updateReturnParcels(tx, [parcel(1, { status: 'lost' })]);
    };
    await second(side, first, async (tx) => {
      seen = (await rows.lockReturnParcels(tx, [id(1)])).get(id(1))?.status;
    });
    expect(seen).toBe('lost');
  });
});
