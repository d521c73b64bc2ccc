/** Promises attacked here: goods leave once, come back once, and the books say where they are. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sagaReport, stockIssued, stockReceived } from '#contracts';
import { metricsRegistry } from '#platform';
import {
  handedOver,
  InventoryWorld,
  release,
  reserve,
  restock,
  secure,
} from './inventory-world.js';
import { newOrderId } from './participant-harness.js';

let world: InventoryWorld;
beforeEach(async () => {
  world = await InventoryWorld.start();
});
afterEach(() => world.stop());

const outcomesOf = (commandId: string) => world.replies(commandId).map(({ outcome }) => outcome);
const effects = () =>
  world.published.flatMap(({ data }) => (data as { effects?: object[] }).effects ?? []);

describe('goods that leave the shelf', () => {
  it('are there no more, once, where each of them was', async () => {
    await world.warehouse('east', 1);
    const productId = await world.product({ main: 5, east: 2 });
    const orderId = await world.sold({ [productId]: 6 });
    expect(await world.placesOf(productId)).toEqual({ main: [5, 4], east: [2, 2] });
    const before = effects().length;
    const [one, two] = world.replicas;
    const fact = handedOver(orderId);
    await Promise.all([world.hear(one, [fact, fact]), world.hear(two, [fact])]);
    await world.hear(one, [handedOver(orderId.toUpperCase())]);
    expect(await world.placesOf(productId)).toEqual({ main: [1, 0], east: [0, 0] });
    expect(await world.statusOf(orderId)).toBe('issued');
    const facts = world.facts('issued').map((data) => stockIssued.data.parse(data));
    expect(
      facts.map(({ warehouseId, quantity, onHand }) => [warehouseId, quantity, onHand]),
    ).toEqual([
      ['east', 2, 0],
      ['main', 4, 1],
    ]);
    expect(facts.map((data) => data.orderId)).toEqual([orderId, orderId]);
    // The saga has taken them since they were reserved.
    expect(effects()).toHaveLength(before);
    expect(world.said).toEqual([]);
  });

  it('are caused by the parcel, for whoever follows the trace', async () => {
    const productId = await world.product(5);
    const orderId = await world.sold({ [productId]: 1 });
    await world.hear(world.replicas[0], [handedOver(orderId)]);
    const issued = world.published.find(({ type }) => type.endsWith('inventory.issued'));
    expect(issued).toMatchObject({ causationid: handedOver(orderId).id, key: productId });
  });

  it('of no order that has any, are nobody’s: told to a person and counted, and nothing moves', async () => {
    const productId = await world.product(5);
    const given = newOrderId();
    await world.run(world.replicas[0], [reserve(given, { [productId]: 2 }), release(given)]);
    const orderId = await world.sold({ [productId]: 1 });
    const unknown = newOrderId();
    const ignored = async () => {
      const metric = await metricsRegistry
        .getSingleMetric('inventory_goods_out_ignored_total')
        ?.get();
      return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
    };
    const before = await ignored();
    await world.hear(world.replicas[0], [unknown, given, orderId].map(handedOver));
    expect(await ignored()).toBe(before + 2);
    expect(world.said.map(({ fields }) => fields)).toMatchObject([
      { orderId: unknown, why: 'unknown' },
      { orderId: given, why: 'given-back' },
    ]);
    expect(await world.statusOf(given)).toBe('released');
    expect(await world.stockOf(productId)).toEqual({ onHand: 4, reserved: 0 });
  });

  it('are never put back by giving up the order', async () => {
    const productId = await world.product(5);
    const orderId = await world.sold({ [productId]: 2 });
    await world.hear(world.replicas[0], [handedOver(orderId)]);
    await world.run(world.replicas[0], [release(orderId)]);
    expect(outcomesOf(`${orderId}:reserve:undo`)).toEqual(['parked']);
    expect(await world.stockOf(productId)).toEqual({ onHand: 3, reserved: 0 });
    expect(await world.statusOf(orderId)).toBe('issued');
    // Who asks again is told what is so.
    await world.run(world.replicas[1], [{ ...secure(orderId), id: 'again' }]);
    expect(outcomesOf('again')).toEqual(['succeeded']);
  });

  it('skip what shipping says of other things, and refuse what is no fact of theirs', async () => {
    const [on] = world.replicas;
    const fact = handedOver(newOrderId());
    await world.hear(on, [{ ...fact, type: 'com.example.shipment.delivered' }]);
    expect(world.said).toEqual([]);
    await expect(world.hear(on, [{ ...fact, data: { orderId: 'x' } }])).rejects.toThrow('orderId');
  });
});

describe('goods that come back', () => {
  it('are available again, once a return, whichever command brings them', async () => {
    const productId = await world.product(10);
    const orderId = await world.sold({ [productId]: 3 });
    const [one, two] = [newOrderId(), newOrderId()];
    const [first, second] = world.replicas;
    const lines = { [productId]: 1 };
    const again = restock(orderId, one, lines, 'another-command');
    await world.run(first, [restock(orderId, one, lines), restock(orderId, one, lines), again]);
    expect(await world.stockOf(productId)).toEqual({ onHand: 10, reserved: 2 });
    expect(outcomesOf(again.id)).toEqual(['succeeded']);
    await Promise.all([
      world.run(first, [restock(orderId, two, { [productId]: 2 }, 'left')]),
      world.run(second, [restock(orderId, two, { [productId]: 2 }, 'right')]),
    ]);
    expect(await world.stockOf(productId)).toEqual({ onHand: 10, reserved: 0 });
    expect([...outcomesOf(`${two}:left`), ...outcomesOf(`${two}:right`)]).toEqual([
      'succeeded',
      'succeeded',
    ]);
    expect(await world.wrongBooks()).toEqual([]);
  });

  it('are never more than the order holds, also of two returns at the same time', async () => {
    const productId = await world.product(10);
    const orderId = await world.sold({ [productId]: 3 });
    const returns = [newOrderId(), newOrderId()];
    await Promise.all(
      returns.map((id, index) =>
        world.run(world.replica(index), [restock(orderId, id, { [productId]: 2 })]),
      ),
    );
    expect(await world.stockOf(productId)).toEqual({ onHand: 10, reserved: 1 });
    const outcomes = returns.flatMap((id) => outcomesOf(`${id}:one`));
    expect(outcomes.toSorted()).toEqual(['parked', 'succeeded']);
  });

  it('count in the ledger of the saga that took them, and in no other', async () => {
    const productId = await world.product(10);
    const orderId = await world.sold({ [productId]: 3 });
    const returnId = newOrderId();
    await world.run(world.replicas[0], [restock(orderId, returnId, { [productId]: 2 })]);
    const { published } = world.replicas[0];
    const reports = published.filter(({ type }) => type.endsWith('saga.report-effects'));
    expect(reports.map(({ key }) => key)).toEqual([orderId]);
    expect(sagaReport.parse(reports[0]?.data)).toEqual({
      sagaId: `saga-${orderId}`,
      effects: [
        { id: `stock:${orderId}`, kind: 'stock', unit: 'pcs', taken: 3, returned: 2, revision: 3 },
      ],
    });
    const reply = published.find(({ causationid }) => causationid === `${returnId}:one`);
    expect(reply?.data).not.toHaveProperty('effects');
    await world.run(world.replicas[1], [release(orderId)]);
    expect(await world.stockOf(productId)).toEqual({ onHand: 10, reserved: 0 });
  });

  it.each([
    ['before', 0],
    ['between', 1],
    ['after', 2],
  ])('lie where they came from, heard that they had left %s', async (_when, heardAfter) => {
    await world.warehouse('east', 1);
    const productId = await world.product({ main: 5, east: 2 });
    const orderId = await world.sold({ [productId]: 6 });
    const [on] = world.replicas;
    const steps = [3, 1].map((pieces) => () => {
      return world.run(on, [restock(orderId, newOrderId(), { [productId]: pieces })]);
    });
    for (const [index, step] of steps.entries()) {
      if (index === heardAfter) await world.hear(on, [handedOver(orderId)]);
      await step();
    }
    if (heardAfter === 2) await world.hear(on, [handedOver(orderId)]);
    // Of seven, two stay out; the east gave first, so it has its own again first.
    expect(await world.placesOf(productId)).toEqual({ main: [3, 0], east: [2, 0] });
    expect(effects().at(-1)).toMatchObject({ taken: 6, returned: 4 });
    const received = world.facts('received').map((data) => stockReceived.data.parse(data));
    const back = received.reduce((sum, { quantity }) => sum + quantity, 0);
    expect(back).toBe([4, 1, 0][heardAfter]);
    expect(received.every((data) => data.orderId === orderId)).toBe(true);
  });
});
