/**
 * Promises attacked here, with real orders through Kafka: every fact of the topics is in the event store
 * exactly once, also when the service starts late or is killed; an order is told as of any moment; what
 * is told again comes whole and in order to its topic, whenever the service dies; the chain holds.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventType, topics as allTopics } from '#contracts';
import { projectRoot, TestWorld, waitFor } from '#testing';
import { call, get } from '../support/http.js';
import { Shop } from '../support/shop.js';
import { Topics, type StoredMessage } from '../support/topics.js';

jest.setTimeout(600_000);

const FACTS = Object.keys(allTopics).filter((topic) => topic.endsWith('.events'));

interface Item {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: unknown;
}

describe('the audit service', () => {
  let world: TestWorld;
  let shop: Shop;
  let topics: Topics;
  const orders: string[] = [];
  beforeAll(async () => {
    world = await TestWorld.start();
    shop = new Shop(world);
    topics = new Topics(world);
    // Before the service has ever run.
    await placeOrders();
  }, 600_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 240_000);

  const placeOrders = async () => {
    const productId = await shop.product(20);
    const placed = [
      await shop.placeOne({ productId }),
      await shop.placeOne({ productId }),
      await shop.placeOne({ productId, quantity: 99 }),
    ];
    await shop.untilOrder(placed[0] as string, 'shipped', 120_000);
    await shop.untilOrder(placed[1] as string, 'shipped', 120_000);
    await shop.untilOrder(placed[2] as string, 'cancelled', 120_000);
    await topics.untilQuiet(120_000);
    orders.push(...placed);
  };
  const audit = (path: string) => `${world.url('audit')}${path}`;
  const inStore = async () => {
    const items: Item[] = [];
    let after = '';
    for (;;) {
      const page = await get<{ items: Item[]; cursor: string; more: boolean }>(
        audit(`/events?limit=7${after}`),
      );
      items.push(...page.items);
      if (!page.more) return items;
      after = `&after=${page.cursor}`;
    }
  };
  const keyOf = ({ headers }: StoredMessage) => `${headers['ce_source']} ${headers['ce_id']}`;
  /** What every fact of the topics says, by source and id; a relay may have sent one twice. */
  const inTopics = async () => {
    const messages = await topics.readAll(FACTS);
    return new Map(messages.map((message) => [keyOf(message), message]));
  };
  const untilKept = async () => {
    const facts = await inTopics();
    const kept = await waitFor(
      async () => {
        const items = await inStore();
        return items.length >= facts.size ? items : undefined;
      },
      { what: `${facts.size} facts in the store`, timeoutMs: 240_000 },
    );
    expect(kept.map(({ source, id }) => `${source} ${id}`).toSorted()).toEqual(
      [...facts.keys()].toSorted(),
    );
    for (const { source, id, type, time, data } of kept) {
      const fact = facts.get(`${source} ${id}`);
      expect({ type, time }).toEqual({
        type: fact?.headers['ce_type'],
        time: fact?.headers['ce_time'],
      });
      expect(JSON.stringify(data)).toBe(fact?.value);
    }
    return kept;
  };
  /** By partition and offset. */
  const replayed = async () =>
    (await topics.readAll(['accounting.replay'])).toSorted(
      (a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset),
    );
  const isNotAmong = (before: readonly StoredMessage[]) => {
    const places = new Set(before.map(({ partition, offset }) => `${partition}/${offset}`));
    return ({ partition, offset }: StoredMessage) => !places.has(`${partition}/${offset}`);
  };
  const restart = async (env: Record<string, string> = {}) => {
    await world.startApp('audit', { env });
  };
  const untilDead = async () => {
    expect(await world.app('audit').exited).toMatchObject({ signal: 'SIGKILL' });
  };

  it('keeps every fact once, also of before it was started', async () => {
    await restart();
    const kept = await untilKept();
    const types = new Set(kept.map(({ type }) => type));
    const some = ['order.created', 'order.cancelled', 'payment.completed', 'shipment.handed-over'];
    for (const name of some) expect(types).toContain(eventType(name));
  });

  it('tells what an order was at each moment', async () => {
    const orderId = orders[0] as string;
    interface State {
      readonly order: { status: string; items: unknown[]; totalAmount: number };
      readonly payment?: { status: string; captured: number };
      readonly shipment?: { status: string };
      readonly history: { name: string; time: string; understood: boolean }[];
    }
    const asOf = (at = '') => get<State>(audit(`/orders/${orderId}${at && `?at=${at}`}`));
    const now = await asOf();
    expect(now).toMatchObject({
      ...{ order: { status: 'shipped' }, payment: { status: 'completed' } },
      ...{ shipment: { status: 'handed-over' } },
    });
    expect(now.payment?.captured).toBe(now.order.totalAmount);
    expect(now.history.every(({ understood }) => understood)).toBe(true);
    const created = now.history.find(({ name }) => name === 'order.created')?.time ?? '';
    const first = await asOf(created);
    expect(first).toMatchObject({ order: { status: 'pending', items: now.order.items } });
    expect(first).not.toHaveProperty('shipment');
    const before = new Date(Date.parse(created) - 1).toISOString();
    expect((await call(audit(`/orders/${orderId}?at=${before}`))).status).toBe(404);
  });

  it.each(['outbox.before-commit', 'outbox.after-commit', 'batch.after-commit'])(
    'keeps every fact once when it is killed at %s',
    async (place) => {
      await world.app('audit').stop();
      await placeOrders();
      await restart({ CRASH_AT: place });
      await untilDead();
      await restart();
      await untilKept();
    },
  );

  it.each(['outbox.before-commit#4', 'outbox.after-commit#4', 'outbox.before-publish#3'])(
    'tells all again, in order, when it is killed at %s',
    async (place) => {
      const before = await replayed();
      const kept = await untilKept();
      await world.app('audit').stop();
      await restart({ CRASH_AT: place });
      const started = await call<{ replayId: string }>(audit('/replays'), {
        json: { to: { group: 'accounting' }, ratePerSecond: 50 },
      });
      expect(started.status).toBe(202);
      await untilDead();
      await restart();
      const replay = await waitFor(
        async () => {
          const view = await get<{ status: string; sent: number }>(
            audit(`/replays/${started.body.replayId}`),
          );
          return view.status === 'done' ? view : undefined;
        },
        { what: 'the replay to be done', timeoutMs: 240_000 },
      );
      expect(replay.sent).toBe(kept.length);
      const wanted = kept.map(({ source, id }) => `${source} ${id}`);
      const sent = await waitFor(
        async () => {
          const messages = (await replayed()).filter(isNotAmong(before));
          return new Set(messages.map(keyOf)).size >= wanted.length ? messages : undefined;
        },
        { what: 'all of it in the topic', timeoutMs: 240_000 },
      );
      expect(new Set(sent.map(keyOf))).toEqual(new Set(wanted));
      // Again and again perhaps, but never before what stands before it.
      for (const partition of Map.groupBy(sent, (message) => message.partition).values()) {
        const told = [...new Set(partition.map(keyOf))];
        expect(told).toEqual(wanted.filter((key) => told.includes(key)));
      }
      const facts = await inTopics();
      for (const message of sent) {
        const fact = facts.get(keyOf(message));
        expect({ ...message.headers, key: message.key, value: message.value }).toEqual({
          ...fact?.headers,
          ...{ key: fact?.key, value: fact?.value },
        });
      }
    },
  );

  it('has an audit log whose chain is whole, as the tool says', async () => {
    const kept = await untilKept();
    const head = await waitFor(
      async () => {
        const found = await get<{ n: number; hash: string }>(audit('/audit-log/head'));
        return found.n === kept.length ? found : undefined;
      },
      { what: 'an entry for each fact', timeoutMs: 120_000 },
    );
    const { code, out } = await verify('--json', '--head', head.hash);
    expect({ code, said: JSON.parse(out) as unknown }).toEqual({
      code: 0,
      said: { entries: kept.length, head: { n: String(head.n), hash: head.hash } },
    });
    expect((await verify('--head', '0'.repeat(63) + '1')).code).toBe(1);
  });

  const verify = async (...args: string[]) => {
    const tool = spawn(
      process.execPath,
      ['dist/tools/audit/main.js', 'verify', '--database', world.database('audit').url, ...args],
      { cwd: projectRoot(), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let out = '';
    tool.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const [code] = (await once(tool, 'close')) as [number];
    return { code, out };
  };

  it('gives no dead letters', async () => {
    const counts = await topics.counts(FACTS.map((topic) => `${topic}.dlq`));
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(0);
  });
});
