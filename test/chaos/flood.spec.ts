/** 2,000 orders at once: all settled, none lost, all books right. It prints its pace. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld } from '#testing';
import { Ordeal } from '../support/ordeal.js';
import { mixedOrders } from '../support/orders.js';

jest.setTimeout(300_000);

const ORDERS = 2000;

describe('a flood of orders', () => {
  let world: TestWorld;
  let ordeal: Ordeal;
  beforeAll(async () => {
    world = await TestWorld.start();
    ordeal = await Ordeal.begin(world);
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  it('pushed in at once is settled to the last one, and every book agrees', async () => {
    const startedMs = performance.now();
    await ordeal.push(mixedOrders(ORDERS), 200);
    const acceptedMs = performance.now() - startedMs;
    const findings = await ordeal.reckoning('forbidden', 240_000);
    const settledMs = performance.now() - startedMs;
    const pace = (ms: number) => `${Math.round((ORDERS * 1000) / ms)}/s`;
    process.stdout.write(
      `${ORDERS} orders: accepted ${pace(acceptedMs)}, settled and mailed ${pace(settledMs)}\n`,
    );
    expect(findings).toEqual([]);
  });
});
