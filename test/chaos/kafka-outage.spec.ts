/** Without a broker orders are still accepted; when it is back everything catches up by itself. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SAGA_SERVICE_NAMES, TestWorld, waitFor } from '#testing';
import { call } from '../support/http.js';
import { Ordeal } from '../support/ordeal.js';
import { mixedOrders } from '../support/orders.js';

jest.setTimeout(240_000);

describe('a broker that goes away', () => {
  let world: TestWorld;
  let ordeal: Ordeal;
  beforeAll(async () => {
    world = await TestWorld.start({ kafka: 'own' });
    ordeal = await Ordeal.begin(world);
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  const kafkaPart = async () => {
    const { status, body } = await call<{ status: string; parts: object }>(
      `${world.url('order')}/health`,
    );
    return { status, health: body.status, parts: body.parts };
  };

  it('holds up none of 100 orders, and loses none', async () => {
    const before = ordeal.accepted.length;
    await world.kafka.stopBroker();
    await ordeal.push(mixedOrders(100));
    expect(ordeal.accepted).toHaveLength(before + 100);
    await waitFor(async () => (await kafkaPart()).health === 'degraded', {
      what: 'the order service to be degraded',
    });
    expect(await kafkaPart()).toMatchObject({ status: 200, parts: { kafka: { status: 'down' } } });
    const [order] = await ordeal.shop.orders({ status: 'pending' });
    expect(order).toBeDefined();
    await world.kafka.startBroker();
    expect(await ordeal.reckoning()).toEqual([]);
  });

  it('by a crash in the middle of 200 orders loses and doubles nothing', async () => {
    await ordeal.underLoad({
      orders: mixedOrders(200),
      after: 80,
      harm: async () => {
        await world.kafka.stopBroker('SIGKILL');
        await world.kafka.startBroker();
      },
    });
    expect(await ordeal.reckoning()).toEqual([]);
    for (const name of SAGA_SERVICE_NAMES) expect(world.app(name).ended).toBeUndefined();
  });
});
