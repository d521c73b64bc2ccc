/**
 * The worst moments to die are named in the code; here every service dies at each of them once,
 * under load, and is started again.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SERVICE_NAMES, TestWorld, type ServiceName } from '#testing';
import { Ordeal } from '../support/ordeal.js';
import { mixedOrders } from '../support/orders.js';

jest.setTimeout(400_000);

/** Committed and not published; published and not noted; committed and the offset not. */
const OF_ALL = ['outbox.after-commit', 'outbox.after-publish', 'batch.after-commit'];

/** Done outside, and not recorded. */
const OF_EFFECTS: Partial<Record<ServiceName, string>> = {
  payment: 'effect.payment.executed',
  shipping: 'effect.shipping.executed',
  notification: 'effect.notification.executed',
};

const crashPointsOf = (name: ServiceName): string[] => {
  const own = OF_EFFECTS[name];
  return own === undefined ? OF_ALL : [...OF_ALL, own];
};

/** Not the first visit, so that there is something to lose. */
const crashAt = (point: string) => ({ CRASH_AT: `${point}#5` });

describe('a service that dies at its worst moments', () => {
  let world: TestWorld;
  let ordeal: Ordeal;
  beforeAll(async () => {
    world = await TestWorld.start();
    ordeal = await Ordeal.begin(world);
  }, 240_000);
  afterAll(() => world?.stop(), 60_000);

  it('loses no order and does nothing twice, though all of them die several times', async () => {
    let dying = SERVICE_NAMES.length;
    const dieAndReturn = async (name: ServiceName): Promise<void> => {
      await world.app(name).stop();
      for (const point of crashPointsOf(name)) {
        const victim = await world.startApp(name, { env: crashAt(point) });
        const { signal } = await victim.exited;
        expect({ name, point, signal }).toEqual({ name, point, signal: 'SIGKILL' });
      }
      await world.startApp(name);
      dying -= 1;
    };
    const deaths = Promise.all(SERVICE_NAMES.map(dieAndReturn));
    deaths.catch(() => undefined);
    // A trickle that lasts until the last of them has died its last death.
    while (dying > 0) {
      await Promise.race([ordeal.push(mixedOrders(20), 2), deaths]);
    }
    await deaths;
    expect(await ordeal.reckoning('allowed')).toEqual([]);
  });
});
