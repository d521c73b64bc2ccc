/** Killed with -9 in the middle of 200 orders and started again: nothing is lost or done twice. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SAGA_SERVICE_NAMES, TestWorld, waitFor, type ServiceName } from '#testing';
import { readBooks, type Books } from '../support/books.js';
import { anyUnsettled } from '../support/load.js';
import { Ordeal, SHORT_LEASES } from '../support/ordeal.js';
import { mixedOrders } from '../support/orders.js';

jest.setTimeout(240_000);

const BOOKS: Readonly<Partial<Record<ServiceName, keyof Books>>> = {
  payment: 'intents',
  shipping: 'shipments',
  notification: 'mails',
};

describe('a service killed in the middle of 200 orders', () => {
  let world: TestWorld;
  let ordeal: Ordeal;
  beforeAll(async () => {
    world = await TestWorld.start({ env: SHORT_LEASES });
    ordeal = await Ordeal.begin(world);
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  it.each(SAGA_SERVICE_NAMES)('loses no order and does nothing twice: %s', async (name) => {
    const atWork = await nextEntries(name);
    await ordeal.underLoad({
      orders: mixedOrders(200),
      after: 80,
      harm: async () => {
        await atWork();
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

  /** Whoever works outside is killed when entries of this load appear in the books there. */
  async function nextEntries(name: ServiceName): Promise<() => Promise<unknown>> {
    const book = BOOKS[name];
    if (!book) return () => Promise.resolve();
    const count = async () => (await readBooks(world))[book].length;
    const before = await count();
    return () =>
      waitFor(async () => (await count()) > before, {
        what: `${name} to be at work`,
        timeoutMs: 150_000,
        intervalMs: 20,
      });
  }
});
