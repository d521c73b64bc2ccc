/** Promises attacked here: nothing is sold twice, nobody waits for ever, and all of it is cheap. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReceivedEvent } from '#messaging';
import {
  InventoryWorld,
  handedOver,
  release,
  reserve,
  restock,
  secure,
} from './inventory-world.js';
import { newOrderId } from './participant-harness.js';

describe('inventory on Postgres', () => {
  let world: InventoryWorld;
  beforeEach(async () => {
    world = await InventoryWorld.start();
  });
  afterEach(() => world.stop());

  it('sells ten pieces ten times to 500 orders that want them at the same time', async () => {
    await world.warehouse('east', 1);
    await world.warehouse('west', 200);
    const productId = await world.product({ east: 3, main: 4, west: 3 });
    const orders = Array.from({ length: 500 }, newOrderId);
    await Promise.all(
      orders.map((order, index) =>
        world.run(world.replica(index), [reserve(order, { [productId]: 1 })]),
      ),
    );
    const outcomes = world.replies().map(({ outcome }) => outcome);
    expect(outcomes).toHaveLength(500);
    expect(outcomes.filter((outcome) => outcome === 'succeeded')).toHaveLength(10);
    expect(await world.placesOf(productId)).toEqual({ east: [3, 3], main: [4, 4], west: [3, 3] });
    expect(await world.wrongBooks()).toEqual([]);
  });

  it('does not deadlock over products in opposite orders, in several warehouses', async () => {
    await world.warehouse('east', 1);
    const places = { east: 300, main: 100_000 };
    const products: string[] = [];
    for (let no = 0; no < 6; no += 1) products.push(await world.product(places));
    const forwards = Object.fromEntries(products.map((id) => [id, 2]));
    const backwards = Object.fromEntries(products.toReversed().map((id) => [id, 2]));
    const orders = Array.from({ length: 200 }, newOrderId);
    const batches = Array.from({ length: 40 }, (_, batch) =>
      orders.slice(batch * 5, batch * 5 + 5),
    );
    await Promise.all(
      batches.map((batch, index) =>
        world.run(
          world.replica(index),
          batch.map((order) =>
            index % 2 === 0 ? reserve(order, forwards, 'main') : reserve(order, backwards, 'east'),
          ),
        ),
      ),
    );
    await Promise.all(
      batches.map((batch, index) =>
        world.run(
          world.replica(index),
          (index % 2 === 0 ? batch : batch.toReversed()).map(release),
        ),
      ),
    );
    expect(world.replies()).toHaveLength(400);
    for (const id of products) {
      expect(await world.placesOf(id)).toEqual({ east: [300, 0], main: [100_000, 0] });
    }
    expect(await world.deadlocks()).toBe(0);
  });

  it('writes each product once a batch, in one statement a table', async () => {
    const [one, two] = [await world.product(1000), await world.product(1000)];
    await world.query('create table write_log (product_id text)');
    await world.query(`
      create function log_write() returns trigger language plpgsql as
        $$ begin insert into write_log values (new.product_id); return new; end $$`);
    await world.query(`
      create trigger log_write after update on stock
        for each row execute function log_write()`);
    const orders = Array.from({ length: 500 }, newOrderId);
    world.replicas[0].statements = [];
    await world.run(
      world.replicas[0],
      orders.map((order) => reserve(order, { [one]: 1, [two]: 2 })),
    );
    // Barrier: read, insert. Reservations and stock: lock and write each.
    expect(world.replicas[0].statements).toHaveLength(6);
    const writes = await world.query('select product_id from write_log order by product_id');
    expect(writes).toEqual([{ product_id: one }, { product_id: two }]);
    expect(await world.stockOf(two)).toEqual({ onHand: 1000, reserved: 1000 });
  });

  it('takes the same statements for 200 commands over 50 products in three warehouses', async () => {
    const [on] = world.replicas;
    await world.warehouse('east', 1);
    await world.warehouse('west', 200);
    const products = Array.from({ length: 50 }, (_, no) => `many-${no}`);
    const wishes = products.flatMap((productId) =>
      ['east', 'main', 'west'].map((warehouseId) => ({
        kind: 'received' as const,
        productId,
        warehouseId,
        quantity: 2,
        reference: 'DN',
      })),
    );
    const orders = Array.from({ length: 200 }, newOrderId);
    const linesOf = (index: number) => ({
      [products[index % 50] as string]: 1 + (index % 3),
      [products[(index * 7 + 1) % 50] as string]: 1,
    });
    const counted = async (work: () => Promise<unknown>) => {
      on.statements = [];
      await work();
      return on.statements.length;
    };
    // Stock: lock and write. Movements: look and add. And the warehouses.
    expect(await counted(() => world.desk.change({ wishes }))).toBe(5);
    expect(await counted(() => world.desk.change({ wishes: wishes.slice(0, 1) }))).toBe(5);
    await world.desk.change({ wishes: wishes.slice(1) });
    const batch = orders.map((order, index) => reserve(order, linesOf(index)));
    expect(await counted(() => world.run(on, batch))).toBe(6);
    const reserved = orders.filter(
      (order) => world.replies(`${order}:reserve`)[0]?.outcome === 'succeeded',
    );
    expect(reserved.length).toBeGreaterThan(50);
    expect(reserved.length).toBeLessThan(200);
    // Nothing moves on the shelf.
    expect(await counted(() => world.run(on, reserved.map(secure)))).toBe(4);
    expect(await counted(() => world.hear(on, reserved.map(handedOver)))).toBe(4);
    const back = reserved.map((order) => {
      const index = orders.indexOf(order);
      return restock(order, newOrderId(), linesOf(index));
    });
    expect(await counted(() => world.run(on, back))).toBe(6);
    expect(await world.wrongBooks()).toEqual([]);
    for (const productId of products) {
      expect(await world.stockOf(productId)).toEqual({ onHand: 12, reserved: 0 });
    }
  });

  it('takes an order through its whole life, whatever is repeated', async () => {
    const productId = await world.product(5);
    const order = newOrderId();
    const [first, second] = world.replicas;
    const all = [reserve(order, { [productId]: 3 }), secure(order), release(order)];
    await world.run(first, all.slice(0, 1));
    await world.run(first, all.slice(0, 2));
    expect(await world.statusOf(order)).toBe('secured');
    expect(await world.stockOf(productId)).toEqual({ onHand: 5, reserved: 3 });
    await world.run(second, all);
    await world.run(second, all);
    expect(await world.statusOf(order)).toBe('released');
    expect(await world.stockOf(productId)).toEqual({ onHand: 5, reserved: 0 });
    const effects = world.published.flatMap(
      ({ data }) => (data as { effects?: object[] }).effects ?? [],
    );
    expect(effects.at(-1)).toEqual({
      id: `stock:${order}`,
      kind: 'stock',
      unit: 'pcs',
      taken: 3,
      returned: 3,
      revision: 3,
    });
  });

  it('keeps one reservation an order, also for two commands at the same time', async () => {
    const productId = await world.product(1000);
    const orders = Array.from({ length: 20 }, newOrderId);
    const reserving = (by: string, pieces: number) =>
      orders.map((order) => ({ ...reserve(order, { [productId]: pieces }), id: `${order}:${by}` }));
    await Promise.all([
      world.run(world.replicas[0], reserving('one', 1)),
      world.run(world.replicas[1], reserving('two', 1)),
      world.run(world.replicas[1], reserving('three', 2)),
    ]);
    expect(await world.wrongBooks()).toEqual([]);
    for (const order of orders) {
      const replied = ['one', 'two', 'three'].flatMap((by) => world.replies(`${order}:${by}`));
      expect(replied).toHaveLength(3);
      expect(replied.some(({ outcome }) => outcome === 'succeeded')).toBe(true);
      expect(replied.some(({ code }) => code === 'already-reserved')).toBe(true);
    }
  });

  it('reserves nothing for an order that was given up before', async () => {
    const productId = await world.product(5);
    const order = newOrderId();
    await world.run(world.replicas[0], [release(order)]);
    await world.run(world.replicas[1], [reserve(order, { [productId]: 3 })]);
    expect(await world.stockOf(productId)).toEqual({ onHand: 5, reserved: 0 });
    expect(world.replicas[1].replies()).toMatchObject([{ outcome: 'refused', code: 'undone' }]);
  });

  it('has none of a product that nobody has set, even one that could not be', async () => {
    const odd = ['never set', 'null \u0000 byte', '../etc'];
    for (const id of odd) {
      await world.run(world.replicas[0], [reserve(newOrderId(), { [id]: 1 })]);
    }
    expect(world.replies().map(({ code }) => code)).toEqual(odd.map(() => 'insufficient-stock'));
  });

  it('finds an order by its id, however that is written', async () => {
    const productId = await world.product(5);
    const order = newOrderId();
    await world.run(world.replicas[0], [reserve(order, { [productId]: 1 })]);
    await world.run(world.replicas[0], [release(order.toUpperCase())]);
    expect(await world.stockOf(productId)).toEqual({ onHand: 5, reserved: 0 });
  });

  it('keeps its books in any mixture of commands and parcels on two replicas', async () => {
    await world.warehouse('east', 1);
    const products: string[] = [];
    for (const onHand of [3, 10, 40, 0]) {
      products.push(await world.product({ main: onHand, east: 2 }));
    }
    const orders = Array.from({ length: 40 }, newOrderId);
    const returns = Array.from({ length: 10 }, newOrderId);
    let seed = 42;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
    const any = (): ReceivedEvent => {
      const order = pick(orders);
      const kind = random(4);
      if (kind === 3) return restock(order, pick(returns), { [pick(products)]: 1 });
      if (kind === 1) return secure(order);
      if (kind === 2) return release(order);
      return reserve(order, { [pick(products)]: 1 + random(3), [pick(products)]: 1 });
    };
    const batches = Array.from({ length: 60 }, () => Array.from({ length: 1 + random(20) }, any));
    const parcels = Array.from({ length: 20 }, () =>
      Array.from({ length: 1 + random(3) }, () => handedOver(pick(orders))),
    );
    await Promise.all([
      ...batches.map((batch, index) => world.run(world.replica(index), batch)),
      ...parcels.map((batch, index) => world.hear(world.replica(index), batch)),
    ]);
    expect(await world.wrongBooks()).toEqual([]);
    expect(await world.deadlocks()).toBe(0);
    const changes = world.published.filter(
      ({ topic, type }) => topic === 'inventory.events' && !type.endsWith('insufficient'),
    );
    expect(new Set(changes.map(({ id }) => id)).size).toBe(changes.length);
    const left = world.facts('issued').length;
    expect(left).toBeGreaterThan(0);
  });
});
