/** Promises attacked here: what nobody secures goes back, and the saga hears of it; what is secure stays. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sagaReport } from '#contracts';
import { Answers } from '#participant';
import { ExpirySweeper } from '../../apps/inventory/src/expiry/expiry-sweeper.js';
import { InventoryWorld, release, reserve, secure } from './inventory-world.js';
import { newOrderId, silent, type Replica } from './participant-harness.js';

describe('the expiry of reservations', () => {
  let world: InventoryWorld;
  beforeEach(async () => {
    world = await InventoryWorld.start();
  });
  afterEach(() => world.stop());

  const sweeperOn = (on: Replica) =>
    new ExpirySweeper({
      outbox: on.outbox,
      answers: new Answers('inventory'),
      log: silent,
      everyMs: 1_000_000,
    });

  it('gives back what nobody secured, once, and tells the saga', async () => {
    await world.warehouse('east', 1);
    const productId = await world.product({ main: 8, east: 2 });
    const [kept, left] = [newOrderId(), newOrderId()];
    // The second one takes what is left of the east, and the rest from main.
    const commands = [reserve(kept, { [productId]: 1 }), reserve(left, { [productId]: 9 })];
    const [first] = world.replicas;
    await world.run(first, [...commands, secure(kept)], { ttlMs: 0 });
    expect(await world.placesOf(productId)).toEqual({ main: [8, 8], east: [2, 2] });
    await Promise.all(world.replicas.map((replica) => sweeperOn(replica).sweep()));
    expect(await world.statusOf(kept)).toBe('secured');
    expect(await world.statusOf(left)).toBe('expired');
    expect(await world.placesOf(productId)).toEqual({ main: [8, 0], east: [2, 1] });
    const reports = world.published.filter(({ type }) => type.endsWith('saga.report-effects'));
    expect(reports.map(({ data }) => sagaReport.parse(data))).toMatchObject([
      {
        sagaId: `saga-${left}`,
        effects: [{ id: `stock:${left}`, taken: 9, returned: 9, revision: 2 }],
        reason: { code: 'reservation-expired' },
      },
    ]);
    await world.run(first, [secure(left), release(left)]);
    expect(first.replies().slice(-2)).toMatchObject([
      { outcome: 'refused', code: 'reservation-expired' },
      { outcome: 'succeeded' },
    ]);
    expect(await world.stockOf(productId)).toEqual({ onHand: 10, reserved: 1 });
  });

  it('holds as long as the saga asks for, but no longer than anybody may', async () => {
    const productId = await world.product(1000);
    const holding = (holdMs: number) => {
      const asked = reserve(newOrderId(), { [productId]: 1 });
      return { ...asked, data: { ...(asked.data as object), holdMs } };
    };
    const commands = [holding(60_000), holding(900_000_000)];
    const from = Date.now();
    await world.run(world.replicas[0], commands, { ttlMs: 1_000, maxMs: 500_000 });
    const until = Date.now();
    const heldMs: number[] = [];
    for (const { key } of commands) {
      const [row] = await world.query<{ at: Date }>(
        'select expires_at as at from reservation where order_id = $1',
        [key],
      );
      heldMs.push(Number(row?.at));
    }
    for (const [index, ms] of [60_000, 500_000].entries()) {
      expect(heldMs[index]).toBeGreaterThanOrEqual(from + ms);
      expect(heldMs[index]).toBeLessThanOrEqual(until + ms);
    }
  });

  it('never takes from an order what it was told is secure', async () => {
    const productId = await world.product(1000);
    const orders = Array.from({ length: 60 }, newOrderId);
    const [one, two] = world.replicas;
    await world.run(
      one,
      orders.map((order) => reserve(order, { [productId]: 1 })),
      { ttlMs: 0 },
    );
    const secured = orders.map((order) => world.run(one, [secure(order)]));
    const sweeps = Array.from({ length: 5 }, () => sweeperOn(two).sweep());
    await Promise.all([...secured, ...sweeps]);
    let expired = 0;
    for (const order of orders) {
      const [reply] = one.replies(`${order}:inventory.secure-stock`);
      const status = await world.statusOf(order);
      expect(status).toBe(reply?.outcome === 'succeeded' ? 'secured' : 'expired');
      if (status === 'expired') expired += 1;
    }
    expect(await world.stockOf(productId)).toEqual({ onHand: 1000, reserved: 60 - expired });
    expect(await world.deadlocks()).toBe(0);
  });
});
