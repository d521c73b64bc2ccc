/**
 * Promises attacked here: everything that is due is settled exactly once, whoever dies in the midst;
 * what comes back later is netted, and a debt waits for what covers it.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { divertCrashPoints } from '#messaging';
import { deathAt } from './participant-harness.js';
import { delivered, disputed, newOrder, paid, refunded, won } from './settlement-facts.js';
import { HOLDING_MS, NOW, SettlementWorld } from './settlement-world.js';

const CRASH_POINTS = [
  'settlement.page-settled',
  'settlement.page-committed',
  'settlement.batch-finished',
];

describe('batches on Postgres', () => {
  let world: SettlementWorld;
  beforeAll(async () => {
    world = await SettlementWorld.start();
  });
  afterAll(() => world.stop());

  const of = (merchantId: string) =>
    world.settlements().filter((settlement) => settlement.merchantId === merchantId);

  it('settle what was delivered and held, once, and say what', async () => {
    const first = await world.sold('tea', 1000, 29);
    await world.sold('tea', 500, 15);
    await world.sold('tea', 7000, 0, 'JPY');
    const batchId = await world.settle();
    await world.settle();
    const settled = of('tea').toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
    expect(settled).toMatchObject([
      {
        ...{ currency: 'GBP', orders: 2, gross: 1500, fees: 44, refunds: 0, chargebacks: 0 },
        ...{ net: 1456, batchId, revision: 1, cutoff: NOW.toISOString() },
      },
      { currency: 'JPY', orders: 1, gross: 7000, net: 7000 },
    ]);
    expect(await world.balance('tea')).toMatchObject({
      ...{ available: 1456, held: 0, drawn: 0, settled: 1456, pending: 0, due: 0 },
    });
    const lines = await world.query(
      'select gross::int, fees::int from settlement_line where order_id = $1',
      [first.orderId],
    );
    expect(lines).toEqual([{ gross: 1000, fees: 29 }]);
    expect(await world.wrongBooks()).toEqual([]);
  });

  it('leave what is not delivered, and what was delivered too short ago', async () => {
    const fresh = newOrder('fresh');
    const edge = new Date(NOW.getTime() - HOLDING_MS).toISOString();
    await world.hear([paid(fresh, 100), delivered(fresh, { at: edge })]);
    await world.hear([paid(newOrder('fresh'), 50)]);
    await world.hear([delivered(newOrder('fresh'))]);
    await world.settle();
    expect(of('fresh')).toEqual([]);
    expect(await world.balance('fresh')).toMatchObject({ available: 0, pending: 150, due: 0 });
    await world.settle(new Date(NOW.getTime() + 1));
    expect(of('fresh')).toMatchObject([{ orders: 1, net: 100 }]);
  });

  it('settle at once what was never delivered and is wholly given back: its fee stays', async () => {
    const undone = newOrder('undone');
    await world.hear([paid(undone, 400, { fee: 12 }), refunded(undone, 400, { feeReturned: 12 })]);
    await world.sold('undone', 1000, 30);
    const returned = newOrder('undone');
    await world.hear([paid(returned, 300, { fee: 9 }), refunded(returned, 300)]);
    await world.settle();
    expect(of('undone')).toMatchObject([
      { orders: 3, gross: 1700, fees: 39, refunds: 700, net: 961 },
    ]);
  });

  it('net a refund after settlement: a debt, until another order covers it', async () => {
    const order = await world.sold('debtor', 1000, 30);
    await world.settle();
    await world.hear([refunded(order, 600)]);
    await world.settle();
    expect(of('debtor')).toHaveLength(1);
    expect(await world.balance('debtor')).toMatchObject({ available: 970, due: -600 });
    await world.sold('debtor', 500, 10);
    await world.settle();
    expect(of('debtor')).toHaveLength(1);
    expect(await world.balance('debtor')).toMatchObject({ available: 970, due: -110 });
    await world.sold('debtor', 300);
    await world.settle();
    expect(of('debtor')[1]).toMatchObject({
      ...{ orders: 3, gross: 800, fees: 10, refunds: 600, net: 190 },
    });
    expect(await world.balance('debtor')).toMatchObject({ available: 1160, due: 0 });
    expect(await world.wrongBooks()).toEqual([]);
  });

  it('come to what the example in docs/settlement.md says', async () => {
    const a = await world.sold('example', 10_000, 300);
    await world.settle();
    await world.hear([refunded(a, 6000)]);
    await world.settle();
    await world.sold('example', 5000, 150);
    await world.settle();
    await world.sold('example', 2000, 60);
    await world.settle();
    expect(of('example')).toMatchObject([
      { orders: 1, gross: 10_000, fees: 300, refunds: 0, net: 9700 },
      { orders: 3, gross: 7000, fees: 210, refunds: 6000, net: 790 },
    ]);
    expect(await world.balance('example')).toMatchObject({ available: 10_490, due: 0 });
  });

  it('wait while the balance has as much as a fact can say', async () => {
    const half = 600_000_000_000;
    for (let no = 0; no < 2; no += 1) {
      await world.sold('rich', half);
      await world.settle();
    }
    expect(of('rich')).toHaveLength(1);
    expect(await world.balance('rich')).toMatchObject({ available: half, due: half });
    expect(await world.wrongBooks()).toEqual([]);
  });

  it('net chargebacks, and bring them back when they are won', async () => {
    const order = await world.sold('fraud', 1000, 30);
    await world.hear([disputed(order, 1000)]);
    await world.sold('fraud', 200);
    await world.settle();
    expect(of('fraud')).toMatchObject([{ orders: 2, chargebacks: 1000, net: 170 }]);
    await world.hear([won(order, 1000)]);
    await world.settle();
    expect(of('fraud')[1]).toMatchObject({ orders: 1, gross: 0, chargebacks: -1000, net: 1000 });
    expect(await world.balance('fraud')).toMatchObject({ available: 1170 });
  });

  it.each(CRASH_POINTS)('are taken up after a crash at %s, each share once', async (point) => {
    const merchants = Array.from({ length: 7 }, (_, n) => `${point}-${n}`);
    for (const merchant of merchants) await world.sold(merchant, 100, 3);
    await world.open();
    let deaths = 0;
    let isDone = false;
    // Each replica dies the first time it comes there, and the next one goes on.
    for (let lives = 0; !isDone; lives += 1) {
      divertCrashPoints((name) => {
        if (name === point) throw new Error('killed');
      });
      const before = deaths;
      isDone = await world
        .worker(world.replica(lives), 2)
        .look()
        .then(
          (isMore) => !isMore,
          (thrown: Error) => {
            if (thrown.message !== 'killed') throw thrown;
            deaths += 1;
            return false;
          },
        );
      divertCrashPoints(() => undefined);
      if (deaths === before) continue;
      isDone = !(await world.worker(world.replica(lives + 1), 2).look());
    }
    expect(deaths).toBeGreaterThanOrEqual(point === 'settlement.batch-finished' ? 1 : 2);
    for (const merchant of merchants) {
      expect(of(merchant)).toMatchObject([{ orders: 1, net: 97 }]);
      expect(await world.balance(merchant)).toMatchObject({ available: 97, settled: 97 });
    }
    expect(await world.wrongBooks()).toEqual([]);
  });

  it('of its own accord are opened once, though the one who opened it dies', async () => {
    await world.sold('punctual', 100, 3);
    const everyMs = 60_000;
    const death = deathAt('settlement.batch-opened');
    const first = world.worker(world.replica(0), 100, { everyMs });
    await expect(first.look()).rejects.toThrow('killed');
    await death;
    await world.work(world.worker(world.replica(1), 100, { everyMs }));
    expect(of('punctual')).toMatchObject([
      { batchId: `at-${NOW.toISOString()}`, cutoff: NOW.toISOString(), orders: 1, net: 97 },
    ]);
    const opened = await world.query(`select state from batch where batch_id like 'at-%'`);
    expect(opened).toEqual([{ state: 'done' }]);
    expect(await world.wrongBooks()).toEqual([]);
  });

  it('take fewer shares after a page that failed, and then more again', async () => {
    const merchants = Array.from({ length: 6 }, (_, n) => `0-${n}`);
    for (const merchant of merchants) await world.sold(merchant, 100);
    await world.open();
    const worker = world.worker(world.replica(0), 4);
    const settled = () => merchants.filter((merchant) => of(merchant).length > 0).length;
    divertCrashPoints((name) => {
      if (name === 'settlement.page-settled') throw new Error('too much');
    });
    try {
      await expect(worker.look()).rejects.toThrow('too much');
    } finally {
      divertCrashPoints(() => undefined);
    }
    await worker.look();
    expect(settled()).toBe(2);
    await worker.look();
    expect(settled()).toBe(6);
    await world.work(worker);
  });

  it('settle each share once, however many replicas are at it while facts come in', async () => {
    const merchants = Array.from({ length: 30 }, (_, n) => `many-${n}`);
    const orders = merchants.flatMap((merchant) => [1, 2, 3].map(() => newOrder(merchant)));
    await world.hear(orders.flatMap((order) => [paid(order, 100), delivered(order)]));
    for (let no = 0; no < 4; no += 1) await world.open();
    await Promise.all([
      ...[0, 1, 2, 3].map((no) => world.work(world.worker(world.replica(no), 3))),
      ...orders.map((order, no) => world.hear([refunded(order, 40)], world.replica(no))),
    ]);
    await world.settle();
    for (const merchant of merchants) {
      await world.sold(merchant, 1000);
    }
    await world.settle();
    for (const merchant of merchants) {
      expect(await world.balance(merchant)).toMatchObject({ available: 1180, due: 0, pending: 0 });
    }
    expect(await world.wrongBooks()).toEqual([]);
  });
});
