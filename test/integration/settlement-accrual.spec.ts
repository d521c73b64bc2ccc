/**
 * Promises attacked here: an order's money is the same whichever facts came first, how often, in which
 * batches and to which replica; what cannot be is not taken in.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReceivedEvent } from '#messaging';
import {
  delivered,
  disputed,
  newOrder,
  paid,
  refunded,
  won,
  type TestOrder,
} from './settlement-facts.js';
import { SettlementWorld } from './settlement-world.js';

const MERCHANT = 'm';

describe('what orders have brought', () => {
  let world: SettlementWorld;
  beforeAll(async () => {
    world = await SettlementWorld.start();
  });
  afterAll(() => world.stop());

  const life = (order: TestOrder): ReceivedEvent[] => [
    paid(order, 1000, { fee: 30 }),
    refunded(order, 200, { revision: 3 }),
    refunded(order, 500, { revision: 5, feeReturned: 7 }),
    delivered(order, { at: '2026-01-03T00:00:00.000Z' }),
    disputed(order, 100, 'a', 6),
    disputed(order, 50, 'b', 7),
    won(order, 100, 'a', 8),
  ];
  const moneyOf = async ({ orderId }: TestOrder) => {
    const [row] = await world.query(
      `select captured::int, fees::int, refunded::int, chargebacks::int, due_from as "dueFrom",
              at_once as "atOnce", open
         from order_money where order_id = $1`,
      [orderId],
    );
    return row;
  };

  it('is the same in any order, any batches, on any replica, however often', async () => {
    const shape = fc.array(
      fc.record({
        index: fc.nat({ max: 6 }),
        replica: fc.nat({ max: 1 }),
        batch: fc.nat({ max: 3 }),
      }),
      { maxLength: 14 },
    );
    await fc.assert(
      fc.asyncProperty(
        shape,
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }),
        async (more, all) => {
          const order = newOrder(MERCHANT);
          const facts = life(order);
          const told = [
            ...more,
            ...all.map((index) => ({ index, replica: index % 2, batch: index % 4 })),
          ];
          const batches = Map.groupBy(told, ({ replica, batch }) => `${replica} ${batch}`);
          await Promise.all(
            [...batches.values()].map((batch) =>
              world.hear(
                batch.map(({ index }) => facts[index] as ReceivedEvent),
                world.replica(batch[0]?.replica ?? 0),
              ),
            ),
          );
          expect(await moneyOf(order)).toEqual({
            ...{ captured: 1000, fees: 23, refunded: 500, chargebacks: 50, open: true },
            ...{ dueFrom: new Date('2026-01-03T00:00:00.000Z'), atOnce: false },
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('takes in hundreds of orders with five statements, and repetitions with three', async () => {
    const facts = Array.from({ length: 300 }, () => life(newOrder(MERCHANT))).flat();
    const [replica] = world.replicas;
    replica.statements = [];
    await world.hear(facts, replica);
    expect(replica.statements).toHaveLength(5);
    replica.statements = [];
    await world.hear(facts.toReversed(), replica);
    expect(replica.statements).toHaveLength(3);
  });

  it('takes no two facts of one id in one batch, whichever comes first', async () => {
    const [one, other] = [newOrder(MERCHANT), newOrder(MERCHANT)];
    const facts = [paid(one, 10), { ...paid(other, 20), id: paid(one, 10).id }];
    await expect(world.hear(facts)).rejects.toThrow('was told before for another fact');
    await world.hear(facts.slice(1));
    await expect(world.hear(facts)).rejects.toThrow(one.orderId);
    expect(await moneyOf(other)).toMatchObject({ captured: 20 });
  });

  it('learns the events of facts from before they were kept, when these are told again', async () => {
    const order = newOrder(MERCHANT);
    const known = paid(order, 10);
    await world.hear([known]);
    await world.query('update order_fact set event = null where order_id = $1', [order.orderId]);
    await world.hear([known, delivered(order)]);
    const reused = { ...paid(newOrder(MERCHANT), 20), id: known.id };
    await expect(world.hear([reused])).rejects.toThrow('was told before for another fact');
    expect(await moneyOf(order)).toMatchObject({ captured: 10 });
  });

  it('has a payment captured once, as it was said first', async () => {
    const order = newOrder(MERCHANT);
    await world.hear([paid(order, 20, { revision: 3 })]);
    await world.hear([paid(order, 10, { revision: 2 })]);
    expect(await moneyOf(order)).toMatchObject({ captured: 10 });
  });

  it('has old facts without fees as they were: without', async () => {
    const order = newOrder(MERCHANT);
    await world.hear([paid(order, 10), refunded(order, 10)]);
    expect(await moneyOf(order)).toMatchObject({ captured: 10, fees: 0, refunded: 10 });
  });

  it.each<[string, (order: TestOrder) => ReceivedEvent, string]>([
    ['another merchant', (order) => delivered({ ...order, merchantId: 'x' }), "is m's in GBP"],
    ['another currency', (order) => delivered({ ...order, currency: 'JPY' }), "is m's in GBP"],
    ['no time', (order) => delivered(order, { at: 'soon' }), 'occurredAt is no moment'],
    [
      'no day',
      (order) => delivered(order, { at: '2026-02-30T00:00:00Z' }),
      'occurredAt is no moment',
    ],
    [
      'the id of another fact',
      (order) => ({
        ...paid(order, 10),
        ...{ type: delivered(order).type, data: delivered(order).data },
      }),
      'was told before for another fact than this order.completed at revision',
    ],
    ['nobody', (order) => paid({ ...newOrder(''), orderId: order.orderId }, 1), '64 characters'],
    ['no amount', (order) => paid(order, -1), 'amount'],
  ])('takes in nothing that is of %s', async (_, fact, message) => {
    const order = newOrder(MERCHANT);
    await world.hear([paid(order, 10)]);
    await world.hear([paid(order, 10)]);
    await expect(world.hear([fact(order)])).rejects.toThrow(message);
    expect(await moneyOf(order)).toMatchObject({ captured: 10, dueFrom: null });
  });
});
