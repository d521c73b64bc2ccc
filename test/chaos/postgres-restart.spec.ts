/** A database that crashes under load comes back to services that are still there. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SERVICE_NAMES, TestWorld } from '#testing';
import { Ordeal, SHORT_LEASES } from '../support/ordeal.js';
import { mixedOrders } from '../support/orders.js';

jest.setTimeout(240_000);

describe('a database that crashes', () => {
  let world: TestWorld;
  let ordeal: Ordeal;
  beforeAll(async () => {
    world = await TestWorld.start({ postgres: 'own', env: SHORT_LEASES });
    ordeal = await Ordeal.begin(world);
  }, 240_000);
  afterAll(() => world?.stop(), 60_000);

  it('twice in the middle of 300 orders takes no service down and no order with it', async () => {
    const crash = async () => {
      await world.postgres.stopServer('immediate');
      await world.postgres.startServer();
    };
    await ordeal.underLoad({ orders: mixedOrders(150), after: 60, harm: crash });
    await ordeal.underLoad({ orders: mixedOrders(150), after: 60, harm: crash });
    // A mail may have gone out when its record was lost.
    expect(await ordeal.reckoning('allowed')).toEqual([]);
    for (const name of SERVICE_NAMES) expect(world.app(name).ended).toBeUndefined();
  });
});
