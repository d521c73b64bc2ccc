/** A process may sleep past its session and wake up: what it believes then is out of date. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, waitFor } from '#testing';
import { untilSettled } from '../support/load.js';
import { Ordeal } from '../support/ordeal.js';
import { mixedOrders } from '../support/orders.js';
import { Topics } from '../support/topics.js';

jest.setTimeout(240_000);

const RETRIED = /^messaging_retries_total\{[^}]*\} [1-9]/m;

const metricsOf = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();

/** State T of proc(5): stopped by a signal. */
const isAsleep = (pid: number): boolean =>
  /^\d+ \(.*\) T/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

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
  }, 240_000);

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

  it('and wakes in the middle of a batch: what it had decided is refused', async () => {
    await world.app('orchestrator', 'second').stop();
    const sleeper = await world.startApp('orchestrator', {
      replica: 'second',
      env: { PAUSE_AT: 'saga.decided#5' },
    });
    await ordeal.underLoad({
      orders: mixedOrders(100),
      after: 1,
      harm: async () => {
        await waitFor(() => isAsleep(sleeper.pid), { what: 'it to sleep', timeoutMs: 150_000 });
        await untilMembers(1);
      },
    });
    // By now the others have dealt with what it has in its hands.
    await untilSettled(world, 120_000);
    sleeper.kill('SIGCONT');
    await waitFor(async () => RETRIED.test(await metricsOf(sleeper.url)), {
      what: 'its batch to be refused',
      timeoutMs: 150_000,
    });
    expect(await ordeal.reckoning()).toEqual([]);
    expect(sleeper.ended).toBeUndefined();
  });

  const untilMembers = (count: number) =>
    waitFor(async () => (await topics.members('orchestrator')) === count, {
      what: `${count} orchestrators in the group`,
      timeoutMs: 150_000,
      intervalMs: 200,
    });
});
