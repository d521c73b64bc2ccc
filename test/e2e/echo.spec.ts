/** Every message comes twice, the second time while its saga still runs: nothing happens twice. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld } from '#testing';
import { Ordeal } from '../support/ordeal.js';
import { mixedOrders } from '../support/orders.js';
import { READ_BY_SERVICES, READ_FACTS, Topics } from '../support/topics.js';

jest.setTimeout(240_000);

const ECHO = 'x-echo';

describe('a broker that gives every message to everybody twice', () => {
  let world: TestWorld;
  let ordeal: Ordeal;
  let topics: Topics;
  beforeAll(async () => {
    world = await TestWorld.start();
    topics = new Topics(world);
    ordeal = await Ordeal.begin(world);
  }, 240_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 240_000);

  it('makes no order be reserved, charged, shipped, mailed or undone twice', async () => {
    let echoed = 0;
    const sending: Promise<void>[] = [];
    await topics.follow([...READ_BY_SERVICES, ...READ_FACTS], (message) => {
      if (message.headers[ECHO] !== undefined) return;
      echoed += 1;
      const headers = { ...message.headers, [ECHO]: 'again' };
      sending.push(topics.send([{ ...message, headers }]));
    });
    await ordeal.push(mixedOrders(100));
    expect(await ordeal.reckoning()).toEqual([]);
    await Promise.all(sending);
    await topics.untilQuiet();
    expect(await ordeal.reckoning()).toEqual([]);
    // Seven commands and as many answers for each order that completes, fewer for the others.
    expect(echoed).toBeGreaterThan(100 * 8);
  });
});
