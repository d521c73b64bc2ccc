/** Killed with -9 in the middle of 200 orders and started again: nothing is lost or done twice. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SERVICE_NAMES, TestWorld } from '#testing';
import { anyUnsettled } from '../support/load.js';
import { Ordeal, SHORT_LEASES } from '../support/ordeal.js';
import { mixedOrders } from '../support/orders.js';

jest.setTimeout(180_000);

describe('a service killed in the middle of 200 orders', () => {
  let world: TestWorld;
  let ordeal: Ordeal;
  beforeAll(async () => {
    world = await TestWorld.start({ env: SHORT_LEASES });
    ordeal = await Ordeal.begin(world);
  }, 240_000);
  afterAll(() => world?.stop(), 60_000);

  it.each(SERVICE_NAMES)('loses no order and does nothing twice: %s', async (name) => {
    await ordeal.underLoad({
      orders: mixedOrders(200),
      after: 80,
      harm: async () => {
        const victim = world.app(name);
        victim.kill('SIGKILL');
        await victim.exited;
        // Otherwise it was not killed in the middle of anything.
        if (name !== 'order' && name !== 'orchestrator')
          expect(await anyUnsettled(world)).not.toBe('');
        await world.startApp(name);
      },
    });
    // The mail server may have a mail that its sender died before noting.
    expect(await ordeal.reckoning('allowed')).toEqual([]);
  });
});
