/** A process may sleep past its session and wake up: what it believes then is out of date. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, waitFor } from '#testing';
import { Ordeal } from '../support/ordeal.js';
import { mixedOrders } from '../support/orders.js';
import { Topics } from '../support/topics.js';

jest.setTimeout(180_000);

describe('an orchestrator that is paused past its session', () => {
  let world: TestWorld;
  let ordeal: Ordeal;
  let topics: Topics;
  beforeAll(async () => {
    world = await TestWorld.start();
    topics = new Topics(world);
    await world.startApp('orchestrator', { replica: 'second' });
    ordeal = await Ordeal.begin(world);
  }, 240_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 60_000);

  it.each([['the first', undefined] as const, ['the second', 'second'] as const])(
    'and wakes while the other does its work doubles nothing: %s',
    async (_, replica) => {
      await untilMembers(2);
      const sleeper = world.app('orchestrator', replica);
      await ordeal.underLoad({
        orders: mixedOrders(100),
        after: 40,
        harm: async () => {
          sleeper.kill('SIGSTOP');
          await untilMembers(1);
        },
      });
      await ordeal.underLoad({
        orders: mixedOrders(200),
        after: 60,
        harm: async () => sleeper.kill('SIGCONT'),
      });
      expect(await ordeal.reckoning()).toEqual([]);
      expect(sleeper.ended).toBeUndefined();
    },
  );

  const untilMembers = (count: number) =>
    waitFor(async () => (await topics.members('orchestrator')) === count, {
      what: `${count} orchestrators in the group`,
      timeoutMs: 60_000,
      intervalMs: 200,
    });
});
