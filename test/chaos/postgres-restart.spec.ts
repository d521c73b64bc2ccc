/** A database that crashes under load comes back to services that are still there. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { runSql, SAGA_SERVICE_NAMES, TestWorld } from '#testing';
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
  afterAll(() => world?.stop(), 240_000);

  it('twice in the middle of 300 orders takes no service down and no order with it', async () => {
    const crash = async () => {
      await world.postgres.stopServer('immediate');
      await world.postgres.startServer();
    };
    await ordeal.underLoad({ orders: mixedOrders(150), after: 60, harm: crash });
    await ordeal.underLoad({ orders: mixedOrders(150), after: 60, harm: crash });
    // A mail may have gone out when its record was lost.
    expect(await ordeal.reckoning('allowed')).toEqual([]);
    for (const name of SAGA_SERVICE_NAMES) expect(world.app(name).ended).toBeUndefined();
  });

  // After a crash nothing can be written, not even a dead letter. Here the next try can.
  it('or drops all connections twenty times makes no message a dead letter', async () => {
    const drop = `select pg_terminate_backend(pid) from pg_stat_activity
                   where datname like '${world.id}%' and backend_type = 'client backend'`;
    for (let round = 0; round < 20; round += 1) {
      await ordeal.push(mixedOrders(5), 2);
      await runSql(world.postgres.url, [drop]);
    }
    expect(await ordeal.reckoning('allowed')).toEqual([]);
    for (const name of SAGA_SERVICE_NAMES) expect(world.app(name).ended).toBeUndefined();
  });
});
