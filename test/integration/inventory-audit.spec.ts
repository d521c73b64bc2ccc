/**
 * Promises attacked here: after whatever people, sagas and parcels did at once, the movements and the
 * facts account for every piece and every revision; a product is said to be low when it becomes so.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stockLow } from '#contracts';
import { CommitUnknownError, type Outbox } from '#messaging';
import { StockDesk } from '../../apps/inventory/src/http/stock-desk.js';
import { listMovements } from '../../apps/inventory/src/persistence/movement-rows.js';
import { putThreshold } from '../../apps/inventory/src/persistence/threshold-rows.js';
import {
  handedOver,
  InventoryWorld,
  release,
  reserve,
  restock,
  secure,
} from './inventory-world.js';
import { newOrderId } from './participant-harness.js';

describe('the books of the stock', () => {
  let world: InventoryWorld;
  beforeEach(async () => {
    world = await InventoryWorld.start();
    await world.warehouse('east', 1);
  });
  afterEach(() => world.stop());

  it('account for every piece, whoever moved it', async () => {
    const productId = await world.product({ main: 60, east: 20 });
    const orders = Array.from({ length: 30 }, newOrderId);
    const life = async (orderId: string, index: number) => {
      const on = world.replica(index);
      await world.run(on, [reserve(orderId, { [productId]: 1 + (index % 4) })]);
      if (index % 5 === 0) return world.run(on, [release(orderId)]);
      await world.run(on, [secure(orderId)]);
      const back = restock(orderId, newOrderId(), { [productId]: 1 });
      if (index % 3 === 0) await world.run(on, [back]);
      await world.hear(on, [handedOver(orderId)]);
      if (index % 3 === 1) await world.run(on, [back]);
      return undefined;
    };
    const people = Array.from({ length: 12 }, (_, index) => {
      const pair = { productId, warehouseId: index % 2 === 0 ? 'main' : 'east' };
      const wishes = [
        index % 3 === 0
          ? { kind: 'received' as const, ...pair, quantity: index + 1, reference: 'DN' }
          : { kind: 'adjusted' as const, ...pair, difference: -1, reason: 'lost' as const },
      ];
      return world.desk.change({ wishes });
    });
    await Promise.all([...orders.map(life), ...people]);
    expect(await world.wrongBooks()).toEqual([]);

    const movements = await listMovements(world.replicas[0].database, { productId, limit: 1000 });
    const facts = world.published
      .filter(({ topic, key }) => topic === 'inventory.events' && key === productId)
      .map(({ type, data }) => ({
        kind: type.split('.').at(-1),
        ...(data as { warehouseId: string; revision: number; quantity: number; orderId?: string }),
      }));
    const ofSagas = facts.filter(({ orderId }) => orderId !== undefined);
    const rows = await world.query<{ id: string; onHand: number; revision: number }>(
      `select warehouse_id as id, on_hand as "onHand", revision from stock where product_id = $1`,
      [productId],
    );
    for (const { id, onHand, revision } of rows) {
      const byPeople = movements.filter(({ warehouseId }) => warehouseId === id);
      const moved = ofSagas.filter(
        ({ warehouseId, kind }) => warehouseId === id && kind !== 'insufficient',
      );
      const sum =
        byPeople.reduce((all, { difference }) => all + difference, 0) +
        moved
          .filter(({ kind }) => kind === 'received')
          .reduce((all, { quantity }) => all + quantity, 0) -
        moved
          .filter(({ kind }) => kind === 'issued')
          .reduce((all, { quantity }) => all + quantity, 0);
      expect(sum).toBe(onHand);
      // Each revision is either a movement or a fact of a saga, so that none can be missing.
      const revisions = [...byPeople, ...moved].map((one) => one.revision).sort((a, b) => a - b);
      expect(revisions).toEqual(Array.from({ length: revision }, (_, index) => index + 1));
    }
    const told = facts.filter(({ orderId }) => orderId === undefined);
    expect(told).toHaveLength(movements.length);
  });

  it('hold a receipt once whose commit was in doubt', async () => {
    const [{ outbox }] = world.replicas;
    let commits = 0;
    const doubtful: Pick<Outbox, 'transaction'> = {
      transaction: async (work) => {
        const result = await outbox.transaction(work);
        commits += 1;
        if (commits === 1) throw new CommitUnknownError('the connection was lost');
        return result;
      },
    };
    const pair = { productId: 'doubt', warehouseId: 'main' };
    const answer = await new StockDesk(doubtful).change({
      wishes: [{ kind: 'received', ...pair, quantity: 3, reference: 'DN' }],
    });
    expect(commits).toBe(2);
    expect(answer).toMatchObject({ kind: 'done', movements: [{ difference: 3 }] });
    expect(await world.stockOf('doubt')).toEqual({ onHand: 3, reserved: 0 });
    expect(world.facts('received')).toHaveLength(1);
  });

  it('say once that a product has become low, in all warehouses together, and again after more came', async () => {
    const productId = await world.product({ main: 6, east: 3 });
    await putThreshold(world.replicas[0].database, productId, 5);
    const lows = () => world.facts('low').map((data) => stockLow.data.parse(data));
    const [one, two] = [newOrderId(), newOrderId()];
    await world.run(world.replicas[0], [reserve(one, { [productId]: 4 })]);
    expect(lows()).toEqual([]);
    await world.run(world.replicas[1], [reserve(two, { [productId]: 1 })]);
    expect(lows()).toMatchObject([
      { productId, orderId: two, quantity: 4, threshold: 5, warehouseId: 'east' },
    ]);
    await world.run(world.replicas[0], [reserve(newOrderId(), { [productId]: 1 })]);
    expect(lows()).toHaveLength(1);
    const pair = { productId, warehouseId: 'main' };
    await world.desk.change({
      wishes: [{ kind: 'received', ...pair, quantity: 3, reference: 'DN' }],
    });
    expect(lows()).toHaveLength(1);
    // Recovered and low again within one batch, twice.
    await world.run(world.replicas[0], [
      reserve(newOrderId(), { [productId]: 2 }),
      release(two),
      reserve(newOrderId(), { [productId]: 1 }),
    ]);
    expect(lows().map(({ quantity }) => quantity)).toEqual([4, 4, 4]);
    const ids = world.published.filter(({ type }) => type.endsWith('.low')).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });

  it('are not said to be low by many at once more than once', async () => {
    const productId = await world.product({ main: 30, east: 30 });
    await putThreshold(world.replicas[0].database, productId, 25);
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        world.run(world.replica(index), [reserve(newOrderId(), { [productId]: 1 })]),
      ),
    );
    expect(world.facts('low')).toMatchObject([{ quantity: 24 }]);
  });

  it('promise nothing from a warehouse that was closed, and keep what it has promised', async () => {
    const productId = await world.product({ main: 2, east: 5 });
    const orderId = newOrderId();
    await world.run(world.replicas[0], [reserve(orderId, { [productId]: 3 })]);
    expect(await world.placesOf(productId)).toEqual({ main: [2, 0], east: [5, 3] });
    await world.warehouse('east', 1, false);
    const [short, fits] = [newOrderId(), newOrderId()];
    await world.run(world.replicas[0], [
      reserve(short, { [productId]: 3 }, 'east'),
      reserve(fits, { [productId]: 2 }, 'east'),
    ]);
    const answers = [short, fits].flatMap((id) => world.replies(`${id}:reserve`));
    expect(answers.map(({ outcome }) => outcome)).toEqual(['refused', 'succeeded']);
    await world.run(world.replicas[0], [secure(orderId)]);
    await world.hear(world.replicas[0], [handedOver(orderId)]);
    expect(await world.placesOf(productId)).toEqual({ main: [2, 2], east: [2, 0] });
  });
});
