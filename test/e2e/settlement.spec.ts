/**
 * Promises attacked here: what an order brought reaches its merchant's balance, over the broker as it
 * is, once: with settlement started long after, killed in the midst, and told everything again.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestWorld, waitFor } from '#testing';
import { commandIdOf, commandMessage, repliesOf, type HandCommand } from '../support/commands.js';
import { call, get, getAll } from '../support/http.js';
import { totalOf } from '../support/orders.js';
import { Shop } from '../support/shop.js';
import { Topics, type OutgoingMessage, type StoredMessage } from '../support/topics.js';

jest.setTimeout(400_000);

const WITHIN = { timeoutMs: 150_000 };
/** Every delivered order is due, and batches are only those that a test asks for. */
const ENV = { HOLDING_PERIOD_MS: '0', SETTLE_EVERY_MS: '0' };

interface Balance {
  readonly currency: string;
  readonly available: number;
  readonly held: number;
  readonly due: number;
}

interface Settlement {
  readonly settlementId: string;
  readonly merchantId: string;
  readonly orders: number;
  readonly gross: number;
  readonly fees: number;
  readonly net: number;
}

interface OrderMoney {
  readonly state: string;
  readonly merchantId: string;
  readonly gross: number;
  readonly fees: number;
  readonly net: number;
  readonly settlementIds: readonly string[];
}

interface Said {
  readonly orderId: string;
  readonly merchantId: string;
  readonly revision: number;
  readonly name: string;
  readonly more: object;
}

/** A fact told again, to settlement alone. */
function again({ orderId, merchantId, revision, name, more }: Said): OutgoingMessage {
  const time = '2026-01-01T00:00:00.000Z';
  return {
    topic: 'settlement.replay',
    key: orderId,
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: `${name}:${orderId}@${revision}`,
      ce_source: name.startsWith('order') ? 'order' : 'payment',
      ce_type: `com.example.${name}`,
      ce_subject: orderId,
      ce_time: time,
    },
    value: JSON.stringify({
      ...{ orderId, merchantId, revision, customerId: 'c', channel: 'web', currency: 'GBP' },
      ...{ occurredAt: time, ...more },
    }),
  };
}

const soldLongAgo = (merchantId: string): OutgoingMessage[] => {
  const order = { orderId: randomUUID(), merchantId };
  const payment = { amount: 1000, fee: 30, method: 'credit_card' };
  const facts = [
    again({
      ...order,
      revision: 4,
      name: 'order.completed',
      more: { status: 'completed', totalAmount: 1000 },
    }),
    again({ ...order, revision: 2, name: 'payment.completed', more: payment }),
  ];
  return [...facts, ...facts];
};

const isReply = ({ topic }: StoredMessage): boolean => topic === 'saga.inbox';

describe('settlement', () => {
  let world: TestWorld;
  let shop: Shop;
  let topics: Topics;
  const messages: StoredMessage[] = [];
  beforeAll(async () => {
    world = await TestWorld.start({
      env: { 'sandbox-carrier': { DELIVERED_AFTER_MS: '50' }, settlement: ENV },
    });
    shop = new Shop(world);
    topics = new Topics(world);
    await topics.follow(['saga.inbox', 'settlement.events'], (one) => messages.push(one));
  }, 240_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 240_000);

  const url = (path: string) => `${world.url('settlement')}${path}`;
  const settle = async (): Promise<void> => {
    const { status, headers } = await call(url('/batches'), { method: 'POST' });
    expect(status).toBe(202);
    await finished(String(headers.get('location')));
  };
  const finished = (path: string) =>
    waitFor(async () => (await get<{ state: string }>(url(path))).state === 'done', {
      what: `${path} to be done`,
      ...WITHIN,
    });
  const balanceOf = async (merchantId: string, currency = 'GBP') => {
    const { balances } = await get<{ balances: Balance[] }>(url(`/balances/${merchantId}`));
    return balances.find((balance) => balance.currency === currency);
  };
  const dueOf = async (merchants: readonly string[]) => {
    const known = merchants.map(async (merchant) => {
      const { status, body } = await call<{ balances: Balance[] }>(url(`/balances/${merchant}`));
      return status === 200 && body.balances[0]?.due === 970;
    });
    return (await Promise.all(known)).every(Boolean);
  };
  /** As others hear of it, each fact once. */
  const told = (merchantId: string) => {
    const facts = messages.filter(
      ({ key, headers }) =>
        key === merchantId && headers['ce_type'] === 'com.example.settlement.settled',
    );
    return [...new Map(facts.map((fact) => [fact.headers['ce_id'], fact])).values()].map(
      ({ value }) => JSON.parse(value ?? '') as Settlement,
    );
  };

  it('that is started long after settles an order that was delivered, and states it', async () => {
    const productId = await shop.product(10);
    const orderId = await shop.placeOne({ productId });
    const order = await shop.untilStatus(orderId, 'completed');
    await world.startApp('settlement');
    const money = () => call<OrderMoney>(url(`/orders/${orderId}`));
    await waitFor(async () => (await money()).body.state === 'due', {
      what: 'the order to be due',
      ...WITHIN,
    });
    await settle();
    const { body } = await money();
    const { merchantId, gross, fees, net } = body;
    expect(body).toMatchObject({ state: 'settled', gross: totalOf(order), net: gross - fees });
    expect(await balanceOf(merchantId, 'JPY')).toMatchObject({ available: net, held: 0, due: 0 });
    const query = `/settlements?merchantId=${merchantId}&currency=JPY`;
    const [settlement] = await getAll<Settlement>(url(query), 100);
    expect(settlement).toMatchObject({ orders: 1, gross, fees, net });
    const statement = url(`/settlements/${settlement?.settlementId}/statement`);
    expect(String((await call(`${statement}.csv`)).body)).toContain(`${orderId},`);
    expect(String((await call(`${statement}.pdf`)).body)).toMatch(/^%PDF-1/);
    await waitFor(() => told(merchantId).length > 0, { what: 'the fact', ...WITHIN });
    expect(told(merchantId)).toMatchObject([{ settlementId: settlement?.settlementId, net }]);
  });

  it.each([
    'settlement.batch-asked',
    'settlement.page-settled',
    'settlement.page-committed',
    'settlement.batch-finished',
  ])('that is killed at %s goes on where it stood, and pays nobody twice', async (point) => {
    const merchants = Array.from({ length: 12 }, (_, no) => `${point}-${no}`);
    await world.app('settlement').stop();
    const victim = await world.startApp('settlement', { env: { CRASH_AT: point } });
    await topics.send(merchants.flatMap(soldLongAgo));
    await waitFor(() => dueOf(merchants), { what: 'all of it to be due', ...WITHIN });
    // It may die before it has answered.
    await call(url('/batches'), { method: 'POST' }).catch(() => undefined);
    await waitFor(() => victim.ended !== undefined, { what: `a death at ${point}`, ...WITHIN });
    await world.startApp('settlement');
    await waitFor(
      async () => {
        const { items } = await get<{ items: { state: string }[] }>(url('/batches?limit=100'));
        return items.every(({ state }) => state === 'done');
      },
      { what: 'all batches to be done', ...WITHIN },
    );
    for (const merchant of merchants) {
      expect(await balanceOf(merchant)).toMatchObject({ available: 970, due: 0 });
      const query = `/settlements?merchantId=${merchant}`;
      expect(await getAll<Settlement>(url(query), 100)).toMatchObject([{ orders: 1, net: 970 }]);
    }
    const heard = () => merchants.every((merchant) => told(merchant).length > 0);
    await waitFor(heard, { what: 'a fact of each', ...WITHIN });
    for (const merchant of merchants) expect(told(merchant)).toHaveLength(1);
  });

  it('in two replicas settles each share once', async () => {
    const merchants = Array.from({ length: 40 }, (_, no) => `two-${no}`);
    await world.startApp('settlement', { replica: 'second' });
    await topics.send(merchants.flatMap(soldLongAgo));
    await waitFor(() => dueOf(merchants), { what: 'all of it to be due', ...WITHIN });
    await Promise.all([settle(), settle(), settle()]);
    for (const merchant of merchants) {
      expect(await balanceOf(merchant)).toMatchObject({ available: 970, due: 0 });
    }
    const heard = () => merchants.every((merchant) => told(merchant).length > 0);
    await waitFor(heard, { what: 'a fact of each', ...WITHIN });
    for (const merchant of merchants) expect(told(merchant)).toHaveLength(1);
  });

  it('holds for a saga what is available, and says what it has taken', async () => {
    const merchantId = 'two-0';
    const withdrawalId = randomUUID();
    const saga = { sagaId: randomUUID(), orderId: withdrawalId };
    const ask = async (command: HandCommand) => {
      await topics.send([commandMessage(saga, command)]);
      // A fact about the balance is caused by the command as well.
      const replies = () => repliesOf(messages.filter(isReply), commandIdOf(saga, command));
      return waitFor(() => replies()[0], {
        what: `an answer to ${command.step}`,
        ...WITHIN,
      });
    };
    const hold = (amount: number, step: string): HandCommand => ({
      ...{ name: 'settlement.hold-balance', step },
      data: { withdrawalId, merchantId, currency: 'GBP', amount },
    });
    expect(await ask(hold(971, 'too-much'))).toMatchObject({
      ...{ type: 'settlement.balance-insufficient', result: { available: 970 } },
    });
    const effect = { id: `balance:${withdrawalId}`, kind: 'money', unit: 'GBP', taken: 900 };
    expect(await ask(hold(900, 'hold'))).toMatchObject({
      ...{ type: 'settlement.balance-held', effects: [{ ...effect, returned: 0 }] },
    });
    expect(await balanceOf(merchantId)).toMatchObject({ available: 70, held: 900 });
    const reason = { code: 'x', message: '' };
    const undo = { name: 'settlement.release-balance', step: 'hold', undo: true };
    expect(await ask({ ...undo, data: { withdrawalId, reason } })).toMatchObject({
      ...{ type: 'settlement.balance-released', effects: [{ ...effect, returned: 900 }] },
    });
    expect(await balanceOf(merchantId)).toMatchObject({ available: 970, held: 0 });
  });
});
