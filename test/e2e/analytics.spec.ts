/**
 * Promises attacked here: figures add up to what became of the orders, to the minor unit, though the
 * service was killed in the midst, or came when all was over; they are there a moment after the fact; and
 * a rebuild that is killed, wherever it is, changes nothing.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SAGA_SERVICE_NAMES, TestWorld, waitFor, withAdmin } from '#testing';
import {
  expectedTotals,
  paymentOf,
  totalOf,
  type Counted,
  type Figures,
} from '../support/figures.js';
import { call, get } from '../support/http.js';
import { pushOrders, stockUp } from '../support/load.js';
import { anOrder, mixedOrders } from '../support/orders.js';
import { Shop } from '../support/shop.js';

jest.setTimeout(400_000);

const SLOW_MACHINE = { timeoutMs: 150_000, intervalMs: 100 };
const MERCHANTS = ['tea-shop', 'coffee-shop'] as const;
const CHANNELS = ['web', 'app', 'phone'] as const;
const ZONE = 'Asia/Tokyo';
const DAY_MS = 86_400_000;

const dayThere = (at: number): string =>
  new Intl.DateTimeFormat('sv', { timeZone: ZONE, dateStyle: 'short' }).format(at);

describe('analytics', () => {
  let world: TestWorld;
  let shop: Shop;
  const counted: Counted[] = [];
  const days = {
    from: dayThere(Date.now()),
    // the test may be at work at midnight
    to: dayThere(Date.now() + DAY_MS),
  };

  beforeAll(async () => {
    world = await TestWorld.start({
      apps: [
        ...SAGA_SERVICE_NAMES,
        ...(['sandbox-payment', 'sandbox-carrier', 'sandbox-mail'] as const),
        ...(['merchant', 'audit', 'analytics'] as const),
      ],
      env: { 'sandbox-carrier': { DELIVERED_AFTER_MS: '200' } },
    });
    shop = new Shop(world);
    await stockUp(shop);
    for (const merchantId of MERCHANTS) {
      const url = `${world.url('merchant')}/merchants/${merchantId}`;
      await call(url, { method: 'PUT', json: { name: merchantId, timeZone: ZONE } });
      const rate = { basisPoints: 290, fixed: [{ currency: 'JPY', amount: 20 }] };
      expect((await call(`${url}/fee-rates`, { json: rate })).status).toBe(200);
    }
  }, 300_000);
  afterAll(() => world?.stop(), 120_000);

  const place = async (merchantId: string, channel: string): Promise<string> => {
    const request = { ...anOrder({ productId: 'mug-red' }), merchantId, channel };
    const orderId = await shop.place(request);
    counted.push({ orderId, merchantId, channel });
    return orderId;
  };
  const paid = async (orderId: string) =>
    waitFor(
      async () => {
        const payment = await paymentOf(world, orderId);
        return payment?.capturedAt === undefined ? undefined : payment;
      },
      { what: `${orderId} to be paid`, ...SLOW_MACHINE, intervalMs: 10 },
    );
  const successful = async (merchantId: string): Promise<number> => {
    const what = `payment-metrics?merchant_id=${merchantId}`;
    return Number((await totalOf(world.url('analytics'), what, days))?.['successful'] ?? 0);
  };

  it('knows of a payment a moment after it is taken', async () => {
    for (const merchantId of MERCHANTS) {
      // Until the fees are known to whoever takes the payments.
      await waitFor(async () => (await paid(await place(merchantId, 'web'))).fee > 0, {
        what: `payments of ${merchantId} to have a fee`,
        ...SLOW_MACHINE,
      });
    }
    const tookMs: number[] = [];
    for (let times = 0; times < 3; times += 1) {
      const before = await successful('tea-shop');
      const orderId = await place('tea-shop', 'app');
      await waitFor(async () => (await successful('tea-shop')) > before, {
        what: 'the payment to be counted',
        ...SLOW_MACHINE,
        intervalMs: 10,
      });
      const seenAt = Date.now();
      const { capturedAt = '' } = await paid(orderId);
      tookMs.push(seenAt - Date.parse(capturedAt));
    }
    // How fast it is says something of the machine, too: it is told, and nothing fails by it.
    const report = `payments were in the figures ${tookMs.join(', ')} ms after they were taken`;
    process.stderr.write(`${report}\n`);
  });

  let expected: Record<string, Figures>;

  it('counts to the minor unit what became of the orders, though it was killed in the midst', async () => {
    const orders = mixedOrders(30).map((order, n) => {
      const merchantId = MERCHANTS[n % 2] ?? '';
      const channel = CHANNELS[n % 3] ?? '';
      return { ...order, request: { ...order.request, merchantId, channel } };
    });
    let harm: Promise<void> | undefined;
    const accepted = await pushOrders(shop, orders, {
      concurrency: 5,
      onAccepted: (count) => {
        if (count >= 10) harm ??= killAndStart();
      },
    });
    await harm;
    expect(harm).toBeDefined();
    for (const [n, { orderId }] of accepted.entries()) {
      const { merchantId, channel } = orders[n]?.request ?? { merchantId: '', channel: '' };
      counted.push({ orderId, merchantId, channel });
    }
    await untilOver();
    expected = await expectedTotals(world, counted);
    await untilFigures(world.url('analytics'), expected);
    const tea = expected['merchant-metrics?merchant_id=tea-shop'];
    expect(Number(tea?.['fees'])).toBeGreaterThan(0);
    expect(Number(tea?.['refunds'])).toBeGreaterThan(0);
    expect(Number(tea?.['ordersCompleted'])).toBeGreaterThan(0);
    expect(expected).toHaveProperty('channel-metrics?channel=phone');
  });

  it('has all on the days of the merchants', async () => {
    const url = `${world.url('analytics')}/api/v1/analytics/payment-metrics`;
    const query = 'merchant_id=tea-shop&from=2026-01-01&to=2035-12-31';
    const { items } = await get<{ items: Figures[] }>(`${url}?${query}`);
    for (const { from } of items) expect([days.from, days.to]).toContain(from);
  });

  it('comes to the same figures when it is started after everything', async () => {
    await world.app('analytics').stop();
    await withAdmin(world.kafka.brokers, (admin) =>
      admin.deleteGroups([`${world.topicPrefix}analytics`]),
    );
    // That of a service that does not run here: an empty one.
    const late = await world.startApp('analytics', {
      env: { DATABASE_URL: world.database('settlement').url },
    });
    await untilFigures(late.url, expected);
    await late.stop();
  });

  it.each(['rebuild.page', 'rebuild.before-commit'])(
    'is as it was when a rebuild is killed at %s, and can be rebuilt then',
    async (crashAt) => {
      const victim = await world.startApp('analytics', { env: { CRASH_AT: crashAt } });
      const { body } = await call<{ rebuildId: string }>(`${victim.url}/rebuilds`, {
        json: { swap: true },
      });
      expect(await victim.exited).toMatchObject({ signal: 'SIGKILL' });
      const { url } = await world.startApp('analytics');
      await untilFigures(url, expected);
      const dead = await untilRebuilt(url, body.rebuildId);
      expect(dead).toMatchObject({ status: 'failed', swapped: false });
      expect(dead['problem']).toContain('the process that ran it ended');
      const again = await call<{ rebuildId: string }>(`${url}/rebuilds`, { json: { swap: true } });
      expect(again.status).toBe(202);
      expect(await untilRebuilt(url, again.body.rebuildId)).toMatchObject({
        ...{ status: 'done', identical: true, swapped: true, missing: 0, refused: 0 },
      });
      await untilFigures(url, expected);
      await world.app('analytics').stop();
    },
  );

  async function killAndStart(): Promise<void> {
    const victim = world.app('analytics');
    victim.kill('SIGKILL');
    await victim.exited;
    await world.startApp('analytics');
  }

  /** Every order has arrived, or is cancelled. */
  async function untilOver(): Promise<void> {
    for (const { orderId } of counted) {
      await waitFor(
        async () => ['completed', 'cancelled'].includes((await shop.order(orderId)).status),
        { what: `${orderId} to come to its end`, ...SLOW_MACHINE },
      );
      await shop.untilSettled(orderId, SLOW_MACHINE.timeoutMs);
    }
  }

  async function untilFigures(url: string, wanted: Record<string, Figures>): Promise<void> {
    for (const [what, figures] of Object.entries(wanted)) {
      const isThere = async () => isIn(await totalOf(url, what, days), figures);
      await waitFor(isThere, { what, ...SLOW_MACHINE, timeoutMs: 60_000 }).catch(() => undefined);
      expect({ what, ...(await totalOf(url, what, days)) }).toMatchObject({ what, ...figures });
    }
  }

  const untilRebuilt = (url: string, rebuildId: string) =>
    waitFor(
      async () => {
        const found = await get<Record<string, unknown>>(`${url}/rebuilds/${rebuildId}`);
        return found['status'] === 'running' ? undefined : found;
      },
      { what: 'the rebuild to end', ...SLOW_MACHINE },
    );
});

const isIn = (found: Figures | undefined, wanted: Figures): boolean =>
  Object.entries(wanted).every(([name, value]) => found?.[name] === value);
