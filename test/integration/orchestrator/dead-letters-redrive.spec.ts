/** What is sent again goes out once for each decision, as it was, and has its effect. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventType } from '#contracts';
import { Database } from '#messaging';
import { waitFor } from '#testing';
import { commandsSentAgain } from '../../../apps/orchestrator/src/persistence/dead-letter-rows.js';
import { commandMessage, handSaga, repliesOf } from '../../support/commands.js';
import type { StoredMessage } from '../../support/topics.js';
import {
  ask,
  DeadLetterWorld,
  inject,
  letterOf,
  listOf,
  newKey,
  redrive,
  type Decided,
  type Died,
  type Letter,
  type WholeLetter,
} from './dead-letter-world.js';

let world: DeadLetterWorld;
let app: NestFastifyApplication;
let replica: NestFastifyApplication;
let inventory: Database;

beforeAll(async () => {
  world = await DeadLetterWorld.start();
  [app, inventory] = await Promise.all([world.orchestrator(), world.inventory()]);
  replica = await world.orchestrator();
}, 240_000);
afterAll(() => world?.stop(), 240_000);

const letterBy = (query: string, holds: (letter: Letter) => boolean = () => true) =>
  waitFor(async () => (await listOf(app, query)).find(holds), { what: query, timeoutMs: 90_000 });

/** Dead letters as if a service had put them aside, once they are known. */
async function died(...given: Died[]): Promise<Letter[]> {
  const key = newKey();
  // one request to a partition is one batch, which the broker limits
  for (const one of given) await world.topics.send([letterOf({ key, ...one })]);
  await world.untilStored(given.length, `key = '${key}'`);
  return listOf(app, `&key=${key}`);
}

const arrived = (topic: string, key: string): Promise<StoredMessage> =>
  waitFor(async () => (await world.sentAgain(topic)).find((message) => message.key === key), {
    what: `${key} in ${topic}`,
    timeoutMs: 90_000,
  });

describe('a dead command', () => {
  const saga = handSaga();
  const { orderId } = saga;
  const items = [{ productId: 'p-1', quantity: 2 }];
  const command = commandMessage(saga, {
    name: 'inventory.reserve-stock',
    step: 's',
    data: { items },
  });
  const commandId = String(command.headers['ce_id']);

  it('is handled once when two redrive it at the same moment on two replicas', async () => {
    await inventory.query(
      `insert into stock (product_id, on_hand, revision) values ('p-1', 100, 1)`,
    );
    await inventory.query(
      `create function broken() returns trigger language plpgsql as
         $$begin raise exception 'the shelf is broken'; end$$`,
    );
    await inventory.query(
      'create trigger broken before insert on reservation for each row execute function broken()',
    );
    await world.topics.send([command]);
    const letter = await letterBy(`&key=${orderId}&topic=inventory.commands`);
    expect(letter).toMatchObject({
      code: 'attempts-exhausted',
      readers: ['inventory'],
      attempt: 0,
    });
    expect(letter.message).toContain('the shelf is broken');
    await inventory.query('drop trigger broken on reservation');

    const answers = await Promise.all(
      [app, replica, app, replica].map((one) => redrive(one, { ids: [letter.id] })),
    );
    expect(answers.map(({ done }) => done).toSorted()).toEqual([0, 0, 0, 1]);
    const refused = answers.flatMap((answer) => answer.refused);
    expect(refused).toHaveLength(3);
    expect(refused[0]?.why).toMatch(/^it was redriven by kim at .*: mended$/);

    const again = await arrived('inventory.commands', orderId);
    const { ce_redrive: times, ce_redriveof: of, ...headers } = again.headers;
    expect({ times, of }).toEqual({ times: '1', of: letter.id });
    expect({ headers, value: again.value }).toEqual({
      headers: command.headers,
      value: command.value,
    });
    expect(again.partition).toBe(letter.partition);

    const replies = await waitFor(
      async () => {
        const all = repliesOf(await world.topics.readAll(['saga.inbox']), commandId);
        const found = all.map(({ outcome }) => outcome);
        return found.includes('succeeded') ? found : undefined;
      },
      { what: 'the reply', timeoutMs: 90_000 },
    );
    expect(replies.filter((outcome) => outcome === 'succeeded')).toHaveLength(1);
    expect(replies).toContain('dead');
    expect((await world.sentAgain('inventory.commands')).length).toBe(1);
    const rows = await inventory.query('select state from barrier where command_id = $1', [
      commandId,
    ]);
    expect(rows).toEqual([{ state: 'handled' }]);
    // Nobody may say meanwhile that it never happened.
    const sentAgain = await commandsSentAgain(app.get(Database), [saga.sagaId, randomUUID()]);
    expect([...sentAgain]).toEqual([commandId]);
    const shown = await ask<WholeLetter>(app, `/${letter.id}`);
    expect(shown).toMatchObject({ status: 'redriven', closed: { by: 'kim', reason: 'mended' } });
    const acts = await inject(
      app,
      `/admin/interventions?objectType=dead-letter&objectId=${letter.id}`,
    );
    expect(acts.json<{ items: unknown[] }>().items).toEqual([
      expect.objectContaining({ actor: 'kim', what: 'dead-letter.redrive', reason: 'mended' }),
    ]);
  });

  it('that dies again is a new dead letter, which says of which and how often', async () => {
    const other = handSaga();
    const bad = commandMessage(other, { name: 'inventory.reserve-stock', step: 's', data: {} });
    await world.topics.send([bad]);
    const first = await letterBy(`&key=${other.orderId}&topic=inventory.commands`);
    await redrive(app, { ids: [first.id] });
    const isSecond = ({ attempt }: Letter) => attempt === 1;
    const second = await letterBy(`&key=${other.orderId}&topic=inventory.commands`, isSecond);
    expect(second).toMatchObject({ redriveOf: first.id, status: 'open' });
    await redrive(app, { ids: [second.id] });
    const isThird = ({ attempt }: Letter) => attempt === 2;
    const third = await letterBy(`&key=${other.orderId}&topic=inventory.commands`, isThird);
    expect(third.redriveOf).toBe(second.id);
    const shown = await ask<WholeLetter>(app, `/${first.id}`);
    expect(shown.diedAgainAs).toEqual([second.id]);
    const sentAgain = await commandsSentAgain(app.get(Database), [other.sagaId]);
    expect([...sentAgain]).toEqual([]);
  });
});

describe('a message that is sent again', () => {
  it('moves its saga, where it is a reply, although it had come in circles', async () => {
    const orderId = randomUUID();
    const inbox = (type: string, data: unknown, more: Record<string, string> = {}) => ({
      topic: 'saga.inbox',
      key: orderId,
      headers: {
        ...{ ce_specversion: '1.0', ce_id: randomUUID(), ce_source: 'test', ce_subject: orderId },
        ...{ ce_type: eventType(type), ...more },
      },
      value: JSON.stringify(data),
    });
    const input = {
      ...{ orderId, customerId: 'c', merchantId: 'm', channel: 'web', currency: 'GBP' },
      items: [{ productId: 'nothing', quantity: 1, unitPrice: 5 }],
      ...{ totalAmount: 5, email: 'a@example.com' },
      shippingAddress: { prefecture: 'Kent', city: 'Dover', line1: 'Quay 1', postalCode: 'CT16' },
      payment: { method: 'credit_card', sealedToken: 'v1.x.y' },
    };
    const start = { definition: 'place-order', businessKey: orderId, input };
    await world.topics.send([inbox('saga.start', start)]);
    const sagaOf = async () => {
      const listed = await inject(app, `/admin/sagas?orderId=${orderId}`);
      return listed.json<{ items: { sagaId: string; state: string; revision: number }[] }>()
        .items[0];
    };
    // inventory has no such goods, and the order is to be undone: create-order waits for its answer
    const saga = await waitFor(
      async () => {
        const found = await sagaOf();
        return found?.state === 'compensating' ? found : undefined;
      },
      { what: 'the refusal', timeoutMs: 90_000 },
    );
    // what it asked for before it turned around is not to be done any more
    const reserve = `${saga.sagaId}:reserve-stock`;
    const headers = { ce_id: reserve, ce_source: 'orchestrator', ce_correlationid: saga.sagaId };
    const key = newKey();
    const dead = letterOf({ topic: 'inventory.commands', key, headers });
    const ofSaga = { ...dead.headers, ce_correlationid: saga.sagaId };
    await world.topics.send([{ ...dead, headers: ofSaga }]);
    const unwanted = await letterBy(`&key=${key}`);
    const refused = await redrive(app, { ids: [unwanted.id] });
    expect(refused).toMatchObject({
      ...{ done: 0, refused: [{ why: expect.stringContaining("'reserve-stock' is refused") }] },
    });

    const type = 'order.order-cancelled';
    const commandId = `${saga.sagaId}:create-order:undo`;
    const reply = inbox(
      type,
      { commandId, outcome: 'succeeded' },
      { ce_correlationid: saga.sagaId, ce_chain: `30 9*${eventType(type)}` },
    );
    await world.topics.send([reply]);
    const letter = await letterBy(`&key=${orderId}&topic=saga.inbox`);
    expect(letter).toMatchObject({ code: 'loop', sagaId: saga.sagaId });
    expect((await sagaOf())?.state).toBe('compensating');
    expect(await redrive(app, { ids: [letter.id] })).toMatchObject({ done: 1 });
    await waitFor(async () => (await sagaOf())?.state === 'compensated', {
      what: 'the end of the saga',
      timeoutMs: 60_000,
    });
  });

  it.each(['order.events', 'analytics.replay'])(
    'lies in %s where it lay, as it was',
    async (topic) => {
      const value = '{ "n": 12345678901234567890, "text": "ü" }';
      const headers = {
        'x-own': 'kept',
        ce_id: newKey(),
        ce_source: 's',
        ce_type: 't',
        ce_chain: '9 9*t|s',
      };
      const [letter] = await died({ topic, partition: 4, offset: '9', value, headers });
      expect(await redrive(app, { ids: [letter?.id] })).toEqual({ done: 1, refused: [] });
      const again = await arrived(topic, letter?.key ?? '');
      const { ce_chain: _, ...own } = headers;
      expect(again).toMatchObject({ partition: 4, key: letter?.key, value });
      expect(again.headers).toEqual({ ...own, ce_redrive: '1', ce_redriveof: letter?.id });
    },
  );
});

describe('what cannot be sent again', () => {
  const command = { topic: 'payment.commands', partition: 0 };
  const over = { ce_id: 'i', ce_source: 's', ce_type: 't', ce_notafter: '2026-01-01T00:00:00Z' };
  it.each<[why: string, given: Died]>([
    ['its time was over at 2026-01-01', { ...command, offset: '1', headers: over }],
    ['too large to be put aside whole', { ...command, offset: '2', truncated: true }],
    ['its value is no JSON', { ...command, offset: '3', value: '{"half"' }],
    ['its value is no JSON', { ...command, offset: '4', value: '' }],
    ['keeps the latest message of each key', { topic: 'merchant.events', offset: '5' }],
    ['would not send the notice again', { topic: 'notification.commands', code: 'undeliverable' }],
    ['would not book it again', { topic: 'payment.events', code: 'suspicious-fact' }],
  ])('is refused, and stays open: %s', async (why, given) => {
    const [letter] = await died(given);
    expect(letter?.notRedrivable).toContain(why);
    const answer = await redrive(app, { ids: [letter?.id] });
    expect(answer).toEqual({
      done: 0,
      refused: [{ id: letter?.id, why: expect.stringContaining(why) }],
    });
    const shown = await ask<WholeLetter>(app, `/${letter?.id}`);
    expect(shown.status).toBe('open');
    const discarded = await ask<Decided>(app, '/discard', { ids: [letter?.id], reason: 'useless' });
    expect(discarded).toEqual({ done: 1, refused: [] });
  });

  it('is what has been discarded, or was never there', async () => {
    const [letter] = await died({ topic: 'order.events', offset: '300' });
    const ids = [letter?.id ?? ''];
    await ask<Decided>(app, '/discard', { ids, reason: 'not needed' });
    const unknown = randomUUID();
    const answer = await redrive(app, { ids: [...ids, unknown] });
    expect(answer.done).toBe(0);
    expect(answer.refused[0]?.why).toMatch(/^it was discarded by kim at .*: not needed$/);
    expect(answer.refused[1]).toEqual({ id: unknown, why: 'there is no such dead letter' });
    const again = await ask<Decided>(app, '/discard', { ids, reason: 'twice' });
    expect(again).toMatchObject({ done: 0, refused: [{ id: ids[0] }] });
  });
});

describe('many at once', () => {
  it('go in the order of their offsets, page by page; what dies meanwhile is not among them', async () => {
    const topic = 'settlement.replay';
    const key = newKey();
    const offsets = Array.from({ length: 25 }, (_, index) => String(1000 - index * 7));
    // the later offset died first, as one does whose forerunner was parked
    const many = offsets.map((offset, index) => ({
      ...{ topic, key, offset, partition: 2, code: 'many' },
      time: new Date(Date.UTC(2026, 10, 1, 0, index)).toISOString(),
      ...(offset === '993' && { truncated: true }),
    }));
    await world.topics.send(many.map((one) => letterOf(one)));
    await world.untilStored(25, `code = 'many'`);
    const filter = { topic, code: 'many' };
    let answer = await redrive(app, { filter, limit: 10 });
    expect(answer).toMatchObject({ done: 10, refused: [] });
    await world.topics.send([letterOf({ topic, key, offset: '5000', partition: 2, code: 'many' })]);
    await world.untilStored(26, `code = 'many'`);
    const refused: { id: string; why: string }[] = [];
    let done = 10;
    while (answer.nextCursor !== undefined) {
      answer = await redrive(replica, { filter, limit: 10, cursor: answer.nextCursor });
      done += answer.done;
      refused.push(...answer.refused);
    }
    expect(done).toBe(24);
    expect(refused).toEqual([{ id: expect.anything(), why: expect.stringContaining('whole') }]);
    const sent = await waitFor(
      async () => {
        const found = (await world.sentAgain(topic)).filter((message) => message.key === key);
        return found.length >= 24 ? found : undefined;
      },
      { what: 'all of them', timeoutMs: 90_000 },
    );
    const expected = offsets.filter((offset) => offset !== '993').toReversed();
    expect(sent.map(({ headers }) => headers['ce_id'])).toEqual(
      expected.map((offset) => `id-${topic}-2-${offset}`),
    );
    expect(await world.rows(`code = 'many' and status = 'open'`)).toBe(2);
  });

  it('named twice in one request, and in two at once, go once each', async () => {
    const topic = 'accounting.replay';
    const letters = await died(
      ...Array.from({ length: 40 }, (_, offset) => ({ topic, offset: String(offset) })),
    );
    const ids = letters.map(({ id }) => id);
    const answers = await Promise.all([
      redrive(app, { ids: [...ids, ...ids] }),
      redrive(replica, { ids: ids.toReversed() }),
      redrive(app, { filter: { topic } }),
      ask<Decided>(replica, '/discard', { filter: { topic }, reason: 'or so' }),
    ]);
    expect(answers.reduce((sum, { done }) => sum + done, 0)).toBe(40);
    const redriven = await world.rows(`topic = '${topic}' and status = 'redriven'`);
    const sent = await waitFor(
      async () => {
        const found = await world.sentAgain(topic);
        return found.length >= redriven ? found : undefined;
      },
      { what: 'what was redriven', timeoutMs: 90_000 },
    );
    expect(sent).toHaveLength(redriven);
  });

  it('are limited by what one transaction can carry, which is said', async () => {
    const topic = 'order.commands';
    const value = JSON.stringify('x'.repeat(390_000));
    const letters = await died(
      ...Array.from({ length: 50 }, (_, offset) => ({ topic, offset: String(offset), value })),
    );
    const ids = letters.map(({ id }) => id);
    const answer = await redrive(app, { ids });
    expect(answer.done).toBeGreaterThan(30);
    expect(answer.done + answer.refused.length).toBe(50);
    expect(answer.refused[0]?.why).toContain('too large');
    const rest = await redrive(app, { filter: { topic } });
    expect(rest).toEqual({ done: answer.refused.length, refused: [] });
  });

  it.each([
    [{ reason: 'r' }, 'ids: is missing'],
    [{ ids: [], reason: 'r' }, 'must have 1 to 1000 entries'],
    [{ ids: ['x'], reason: 'r' }, 'ids: must be a UUID'],
    [{ ids: [randomUUID()], filter: {}, reason: 'r' }, 'together with filter'],
    [{ filter: {}, reason: 'r' }, 'at least one condition'],
    [{ filter: { topic: 't', status: 'open' }, reason: 'r' }, 'status'],
    [{ filter: { from: '2026-02-30T00:00:00Z' }, reason: 'r' }, 'no moment'],
    [{ filter: { topic: 't' }, cursor: 'abc', reason: 'r' }, 'nextCursor'],
    [{ filter: { topic: 't' }, limit: 1001, reason: 'r' }, 'limit'],
    [{ ids: [randomUUID()] }, 'reason: is missing'],
    [{ ids: [randomUUID()], reason: ' ' }, 'must not be blank'],
  ])('%j is a problem that says: %s', async (payload, says) => {
    for (const what of ['redrive', 'discard']) {
      const url = `/admin/dead-letters/${what}`;
      const answer = await inject(app, url, payload);
      expect(answer.statusCode).toBe(400);
      expect(answer.json<{ detail: string }>().detail).toContain(says);
    }
  });
});
