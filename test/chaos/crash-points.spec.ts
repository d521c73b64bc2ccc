/**
 * The worst moments to die are named in the code; here every service dies at each of them once,
 * under load, and is started again.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SAGA_SERVICE_NAMES, TestWorld, waitFor, type SagaServiceName } from '#testing';
import { Ordeal, SHORT_LEASES } from '../support/ordeal.js';
import { mixedOrders } from '../support/orders.js';

jest.setTimeout(400_000);

const UNCOMMITTED = 'outbox.before-commit';
const UNPUBLISHED = 'outbox.after-commit';
const UNMARKED = 'outbox.after-publish';
const OFFSET_UNCOMMITTED = 'batch.after-commit';
const unrecorded = (effect: string) => `effect.${effect}.executed`;

/** Where each dies, one after the other. */
const DEATHS: Readonly<Record<SagaServiceName, readonly string[]>> = {
  order: [UNPUBLISHED, OFFSET_UNCOMMITTED],
  // Nobody sends a start again: one that is lost here is lost for good.
  orchestrator: [UNCOMMITTED, UNPUBLISHED, UNMARKED, OFFSET_UNCOMMITTED],
  inventory: [OFFSET_UNCOMMITTED, UNMARKED],
  payment: [unrecorded('payment'), UNPUBLISHED],
  shipping: [unrecorded('shipping'), OFFSET_UNCOMMITTED],
  notification: [unrecorded('notice'), UNMARKED],
};

/** Pending orders that keep everybody busy. */
const FEW = 40;

/** Not the first visit, so that there is something to lose. */
const crashAt = (point: string) => ({ CRASH_AT: `${point}#3` });

describe('a service that dies at its worst moments', () => {
  let world: TestWorld;
  let ordeal: Ordeal;
  beforeAll(async () => {
    world = await TestWorld.start({ env: SHORT_LEASES });
    ordeal = await Ordeal.begin(world);
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  it('loses no order and does nothing twice, though all of them die several times', async () => {
    const dieAndReturn = async (name: SagaServiceName): Promise<void> => {
      await world.app(name).stop();
      for (const point of DEATHS[name]) {
        const victim = await world.startApp(name, { env: crashAt(point) });
        const what = `${name} to die at ${point}`;
        const { signal } = await waitFor(() => victim.ended, { what, timeoutMs: 180_000 });
        expect({ name, point, signal }).toEqual({ name, point, signal: 'SIGKILL' });
      }
      await world.startApp(name);
    };
    const pendingOrders = async () => (await ordeal.shop.orders({ status: 'pending' })).length;
    let over = false;
    const deaths = Promise.all(SAGA_SERVICE_NAMES.map(dieAndReturn)).finally(() => (over = true));
    // A trickle, lest there be a backlog to wait for when the last of them has died its last death.
    const trickle = async () => {
      while (!over) {
        await ordeal.push(mixedOrders(20), 2);
        await waitFor(async () => over || (await pendingOrders()) < FEW, {
          what: `fewer than ${FEW} pending orders`,
          timeoutMs: 180_000,
          intervalMs: 200,
        });
      }
    };
    await Promise.all([deaths, trickle()]);
    expect(await ordeal.reckoning('allowed')).toEqual([]);
  });
});
