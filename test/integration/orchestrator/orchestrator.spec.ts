import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventType } from '#contracts';
import { createService, Database, newId, Outbox, type OutgoingEvent } from '#messaging';
import { createLogger } from '#platform';
import { waitFor } from '#testing';
import { orchestratorService } from '../../../apps/orchestrator/src/service.js';
import { keyOf } from './access-keys.js';
import { openGround } from './ground.js';

const input = (orderId: string) => ({
  orderId,
  customerId: 'c-1',
  merchantId: 'm-1',
  channel: 'web',
  currency: 'GBP',
  items: [{ productId: '85123A', quantity: 6, unitPrice: 255 }],
  totalAmount: 1530,
  shippingAddress: { prefecture: 'Kent', city: 'Dover', line1: 'Quay 1', postalCode: 'CT16' },
  email: 'a@example.com',
  payment: { method: 'credit_card', sealedToken: 'v1.x.y' },
});

interface Step {
  name: string;
  state: string;
  attempts: number;
  commandId: string | null;
  compensation: { commandId: string } | null;
}
interface Saga {
  sagaId: string;
  state: string;
  cause?: { code: string };
  held?: { code: string };
  steps: Step[];
}

const cleanUp: (() => Promise<unknown>)[] = [];
let app: NestFastifyApplication;
let outbox: Outbox;
let database: Database;
let apiKey: string;

beforeAll(async () => {
  const ground = await openGround();
  cleanUp.unshift(() => ground.closing.all());
  const env = {
    ...ground.env,
    STEP_TIMEOUT_MS: '400',
    STEP_ATTEMPTS: '2',
    TIMER_POLL_MS: '50',
  };
  const logger = createLogger({ service: 'test', level: 'silent' });
  app = await createService(orchestratorService, env, logger);
  cleanUp.unshift(() => app.close());
  outbox = app.get(Outbox);
  database = app.get(Database);
  apiKey = await keyOf(database, 'reader');
}, 240_000);

afterAll(async () => {
  for (const end of cleanUp) await end();
}, 240_000);

const send = (event: Partial<OutgoingEvent> & { type: string; key: string; data: unknown }) =>
  outbox.transaction((unit) => {
    unit.publish({
      id: newId(),
      source: 'test',
      subject: event.key,
      time: new Date().toISOString(),
      topic: 'saga.inbox',
      ...event,
      type: eventType(event.type),
    });
    return Promise.resolve();
  });

const start = (orderId: string) =>
  send({
    type: 'saga.start',
    key: orderId,
    data: { definition: 'place-order', businessKey: orderId, input: input(orderId) },
  });

const cancel = (orderId: string) =>
  send({
    type: 'saga.cancel',
    key: orderId,
    data: {
      definition: 'place-order',
      businessKey: orderId,
      reason: { code: 'customer', message: 'no more' },
    },
  });

const asked = (url: string) => app.inject({ url, headers: { 'x-api-key': apiKey } });

const get = async <T>(url: string): Promise<T> => {
  const answer = await asked(url);
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`);
  return answer.json<T>();
};

const find = async (orderId: string): Promise<Saga> => {
  const list = await get<{ items: Saga[] }>(`/admin/sagas?orderId=${orderId}`);
  if (!list.items[0]) throw new Error('no saga yet');
  return get<Saga>(`/admin/sagas/${list.items[0].sagaId}`);
};

const step = (saga: Saga, name: string): Step => {
  const found = saga.steps.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no step ${name}`);
  return found;
};

const until = (orderId: string, what: string, holds: (saga: Saga) => boolean): Promise<Saga> =>
  waitFor(
    async () => {
      const saga = await find(orderId);
      return holds(saga) ? saga : undefined;
    },
    { what },
  );

/** Answers the command of a step, once it is out. */
const answer = async (
  orderId: string,
  name: string,
  fact: string,
  { outcome = 'succeeded', undo = false, ...more }: Record<string, unknown> = {},
): Promise<void> => {
  const saga = await until(orderId, `${name} to be sent`, (candidate) =>
    undo ? !!step(candidate, name).compensation : step(candidate, name).state === 'sent',
  );
  const { commandId, compensation } = step(saga, name);
  await send({
    type: fact,
    key: orderId,
    correlationid: saga.sagaId,
    data: { commandId: undo ? compensation?.commandId : commandId, outcome, ...more },
  });
};

const reserved = (orderId: string) =>
  answer(orderId, 'reserve-stock', 'inventory.stock-reserved', { result: { expiresAt: 'later' } });

const deadLetters = (code: string, key: string) =>
  waitFor(
    async () => {
      const rows = await database.query<{ headers: unknown }>(
        `select headers from outbox where topic like '%saga.inbox.dlq' and key = $1
           and headers::text like '%' || $2 || '%'`,
        [key, code],
      );
      return rows.length > 0 ? rows : undefined;
    },
    { what: `a dead letter '${code}'` },
  );

describe('the orchestrator, over real Kafka and Postgres', () => {
  it('carries an order through all steps and keeps its history', async () => {
    const orderId = randomUUID();
    await start(orderId);
    await reserved(orderId);
    await answer(orderId, 'charge-payment', 'payment.payment-captured', {
      result: { intentId: 'pi_1', amount: 1530 },
    });
    await answer(orderId, 'secure-stock', 'inventory.stock-secured');
    await answer(orderId, 'book-shipment', 'shipping.shipment-booked', {
      result: { shipmentId: 's', trackingNumber: 't' },
    });
    await answer(orderId, 'confirm-order', 'order.order-confirmed');
    await answer(orderId, 'hand-over', 'shipping.handed-over', {
      result: { trackingNumber: 't', handedOverAt: '18:00' },
    });
    await answer(orderId, 'notify-customer', 'notification.notice-recorded', {
      result: { noticeId: 'n' },
    });
    const saga = await until(orderId, 'completion', ({ state }) => state === 'completed');
    const history = await get<{ items: { kind: string; state: string }[] }>(
      `/admin/sagas/${saga.sagaId}/history`,
    );
    // On a machine that does other work as well a timer may be due in between.
    expect(history.items.filter(({ kind }) => kind !== 'timer')).toHaveLength(8);
    expect(history.items[0]).toMatchObject({ kind: 'start', state: 'running' });
    expect(history.items.at(-1)).toMatchObject({ kind: 'reply', state: 'completed' });
  });

  it('begins one saga for one order, however often the start comes', async () => {
    const orderId = randomUUID();
    await Promise.all([start(orderId), start(orderId), start(orderId)]);
    await reserved(orderId);
    await until(orderId, 'the charge', (saga) => step(saga, 'charge-payment').state === 'sent');
    const list = await get<{ items: Saga[] }>(`/admin/sagas?orderId=${orderId}`);
    expect(list.items).toHaveLength(1);
  });

  it('undoes what was done when a step is refused', async () => {
    const orderId = randomUUID();
    await start(orderId);
    await reserved(orderId);
    await answer(orderId, 'charge-payment', 'payment.payment-declined', {
      outcome: 'refused',
      result: { declineCode: 'no_money' },
      reason: { code: 'no_money', message: 'declined' },
    });
    await answer(orderId, 'reserve-stock', 'inventory.stock-released', { undo: true });
    await answer(orderId, 'create-order', 'order.order-cancelled', { undo: true });
    const saga = await until(orderId, 'the end', ({ state }) => state === 'compensated');
    expect(saga.cause).toMatchObject({ code: 'no_money' });
  });

  it('sends again into silence, then undoes what is in doubt', async () => {
    const orderId = randomUUID();
    await start(orderId);
    const again = await until(orderId, 'a second sending', (saga) => {
      return step(saga, 'reserve-stock').attempts === 2;
    });
    expect(step(again, 'reserve-stock').commandId).toBe(`${again.sagaId}:reserve-stock`);
    const saga = await until(orderId, 'the undo', ({ state }) => state === 'compensating');
    expect(saga.cause).toMatchObject({ code: 'no-answer' });
    expect(step(saga, 'reserve-stock')).toMatchObject({ state: 'undoing', attempts: 2 });
  });

  it('honours a cancel that comes before its start', async () => {
    const orderId = randomUUID();
    await cancel(orderId);
    await until(orderId, 'the tombstone', ({ state }) => state === 'awaiting-start');
    await start(orderId);
    await answer(orderId, 'create-order', 'order.order-cancelled', { undo: true });
    const saga = await until(orderId, 'the end', ({ state }) => state === 'compensated');
    expect(step(saga, 'reserve-stock')).toMatchObject({ state: 'skipped', attempts: 0 });
  });

  it('sends nothing of a saga that is held, and goes on when it is released', async () => {
    const orderId = randomUUID();
    await start(orderId);
    const { sagaId } = await until(orderId, 'the saga', (saga) => {
      return step(saga, 'reserve-stock').state === 'sent';
    });
    const reason = { code: 'look', message: 'an odd address' };
    await send({ type: 'saga.hold', key: orderId, data: { sagaId, reason } });
    await until(orderId, 'the hold', ({ held }) => held?.code === 'look');
    await reserved(orderId);
    const held = await until(orderId, 'the answer', (saga) => {
      return step(saga, 'reserve-stock').state === 'done';
    });
    expect(step(held, 'charge-payment').state).toBe('waiting');
    await send({ type: 'saga.release', key: orderId, data: { sagaId, reason } });
    const saga = await until(orderId, 'the charge', (released) => {
      return step(released, 'charge-payment').state === 'sent';
    });
    expect(saga.held).toBeUndefined();
  });

  it('puts aside what it cannot understand, with the reason, and works on', async () => {
    const orderId = randomUUID();
    const data = { definition: 'no-such-saga', businessKey: orderId, input: {} };
    await send({ type: 'saga.start', key: orderId, data });
    await deadLetters('unknown-definition', orderId);
    await send({ type: 'saga.start', key: orderId, data: { ...data, definition: 'place-order' } });
    await deadLetters('invalid-input', orderId);
    await send({ type: 'a.b', key: orderId, data: 7 });
    await deadLetters('unreadable', orderId);
    const foreign = { commandId: 'c', outcome: 'succeeded' };
    await send({ type: 'a.b', key: orderId, correlationid: newId(), data: foreign });
    await deadLetters('unknown-saga', orderId);
    await start(orderId);
    await answer(orderId, 'reserve-stock', 'inventory.stock-reserved', { result: { odd: 1 } });
    await deadLetters('invalid-reply', orderId);
    const mend = { definition: 'place-order', businessKey: orderId, step: 'hand-over', data: {} };
    await send({ type: 'saga.mend', key: orderId, data: mend });
    await deadLetters('invalid-mend', orderId);
    const { sagaId } = await find(orderId);
    const move = { sagaId, version: 99, reason: { code: 'upgrade', message: '' } };
    await send({ type: 'saga.move', key: orderId, data: move });
    await deadLetters('unknown-version', orderId);
    await until(orderId, 'the saga', (saga) => step(saga, 'reserve-stock').state === 'sent');
  });

  it('pages through sagas and answers problems for what is wrong', async () => {
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const query: string = `limit=2${cursor ? `&cursor=${cursor}` : ''}`;
      const page = await get<{ items: Saga[]; nextCursor?: string }>(`/admin/sagas?${query}`);
      page.items.forEach(({ sagaId }) => expect(seen.has(sagaId)).toBe(false));
      page.items.forEach(({ sagaId }) => seen.add(sagaId));
      cursor = page.nextCursor;
    } while (cursor);
    const [row] = await database.query<{ count: number }>(
      'select count(*)::int as count from saga_instance',
    );
    expect(seen.size).toBe(row?.count);
    const filtered = await get<{ items: Saga[] }>(
      '/admin/sagas?state=completed&definition=place-order&attention=false',
    );
    expect(filtered.items.map(({ state }) => state)).toEqual(['completed']);

    for (const bad of ['state=odd', 'cursor=x', 'limit=0', 'limit=999', 'nonsense=1']) {
      const answered = await asked(`/admin/sagas?${bad}`);
      expect(answered.statusCode).toBe(400);
      expect(answered.json<{ errors: unknown[] }>().errors).toHaveLength(1);
    }
    for (const unknown of [randomUUID(), 'x', `${randomUUID()}/history`]) {
      const answered = await asked(`/admin/sagas/${unknown}`);
      expect(answered.statusCode).toBe(404);
      expect(answered.headers['content-type']).toContain('problem+json');
    }
    expect(await get('/health')).toMatchObject({ status: 'ok' });
  });
});
