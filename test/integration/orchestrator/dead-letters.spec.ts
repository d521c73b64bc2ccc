/** Dead letters of all topics are kept once each, whatever they hold, and none of them makes another. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { topics } from '#contracts';
import { waitFor } from '#testing';
import type { OutgoingMessage } from '../../support/topics.js';
import {
  ask,
  DeadLetterWorld,
  inject,
  letterOf,
  listOf,
  type Letter,
  type WholeLetter,
} from './dead-letter-world.js';

let world: DeadLetterWorld;
let app: NestFastifyApplication;

beforeAll(async () => {
  world = await DeadLetterWorld.start();
  app = await world.orchestrator();
}, 240_000);
afterAll(() => world?.stop(), 240_000);

const names = Object.keys(topics);
const garbage = (topic: string): OutgoingMessage[] => {
  const event = { ce_specversion: '1.0', ce_id: 'x', ce_source: 't', ce_type: 'com.example.x' };
  const dead = { ...event, ce_type: 'messaging.dead-letter' };
  const elsewhere = letterOf({ topic: 'audit.commands' }).value;
  return [
    { topic, key: 'k', headers: {}, value: 'no event' },
    { topic, key: 'k\0k', headers: { odd: 'a\0b' }, value: Buffer.from([0, 0xff, 0xfe]) },
    { topic, key: 'k', headers: event, value: null },
    { topic, key: 'k', headers: event, value: '{}' },
    { topic, key: 'k', headers: dead, value: '{"topic": 7}' },
    { topic, key: 'k', headers: dead, value: elsewhere },
    { topic, key: 'k', headers: { ...dead, ce_chain: '900 10*a|b' }, value: '{"half":' },
    { topic, key: 'k'.repeat(100_000), headers: { long: 'h'.repeat(300_000) }, value: 'x' },
  ];
};

describe('dead letters', () => {
  it('of every topic are kept, once, however often they are published', async () => {
    const all = names.flatMap((topic) =>
      ['1', '2'].map((offset) => letterOf({ topic, offset, partition: 0 })),
    );
    await world.topics.send(all);
    await world.topics.send(all);
    // the last of each topic, so that all before it has been read
    await world.topics.send(names.map((topic) => letterOf({ topic, offset: '3', code: 'last' })));
    await world.untilStored(names.length, `code = 'last'`);
    expect(await world.rows()).toBe(3 * names.length);
    const of = await listOf(app, '&topic=order.events');
    expect(of.map(({ offset }) => offset).toSorted()).toEqual(['1', '2', '3']);
    expect(of[0]).toMatchObject({
      ...{ topic: 'order.events', partition: 0, key: 'k-1', status: 'open', attempt: 0 },
      ...{ type: 'com.example.test.happened', source: 'test', sagaId: 'saga-of-letter' },
    });
  });

  it('of one fact that several services could not handle are one, with all their names', async () => {
    const one = { topic: 'order.events', partition: 1, offset: '40' };
    await world.topics.send([letterOf({ ...one, by: 'audit' }), letterOf({ ...one, by: 'audit' })]);
    await world.untilStored(1, `partition = 1 and "offset" = 40`);
    await world.topics.send([letterOf({ ...one, by: 'analytics' })]);
    const letter = await waitFor(
      async () => {
        const found = (await listOf(app, '&topic=order.events')).find(
          ({ offset }) => offset === '40',
        );
        return found && found.readers.length > 1 ? found : undefined;
      },
      { what: 'the second reader' },
    );
    expect(letter.readers).toEqual(['audit', 'analytics']);
  });

  it('in a place that was there before, of another message, are another one', async () => {
    const before = await world.rows();
    const headers = { ce_id: 'the topic was made anew', ce_source: 'test', ce_type: 't' };
    await world.topics.send([letterOf({ topic: 'shipment.events', offset: '1', headers })]);
    await world.untilStored(before + 1);
  });

  it('that are none are kept as they are, and make no others', async () => {
    const topic = 'payment.commands.dlq';
    const before = await world.rows();
    const given = garbage(topic);
    await world.topics.send(given);
    await world.topics.send([garbage('saga.inbox.dlq')[0] as OutgoingMessage]);
    await world.untilStored(before + given.length + 1);
    const kept = await listOf(app, '&code=unreadable-dead-letter');
    expect(kept).toHaveLength(given.length + 1);
    expect(kept.every(({ notRedrivable }) => notRedrivable?.includes('no dead letter'))).toBe(true);
    const whole = await Promise.all(kept.map(({ id }) => ask<WholeLetter>(app, `/${id}`)));
    const values = whole.map(
      ({ value }) => value && (value.text ?? Buffer.from(value.base64 ?? '', 'base64')),
    );
    for (const { value } of given) expect(values).toContainEqual(value);
    const [row] = await world.database.query<{ count: number }>(
      'select count(*)::int as count from outbox',
    );
    expect(row?.count).toBe(0);
  });

  it('hold what no text of Postgres holds, and are given back as they were', async () => {
    const headers = { ce_id: 'a\0b', odd: '\ud800 half', ce_source: 's', ce_type: 't' };
    const strange = {
      topic: 'saga.inbox',
      offset: '77',
      key: 'a\0b',
      headers,
      value: '{"a":"\ud800"}',
    };
    await world.topics.send([letterOf(strange)]);
    await world.untilStored(1, `topic = 'saga.inbox' and "offset" = 77`);
    const [letter] = (await listOf(app, '&topic=saga.inbox')).filter(
      ({ offset }) => offset === '77',
    );
    const whole = await ask<WholeLetter>(app, `/${letter?.id}`);
    expect(whole.headers).toMatchObject({ ce_id: 'a\0b' });
    expect(whole.notRedrivable).toContain('NUL');
  });

  it('of the orchestrator itself arrive as well', async () => {
    const message = { topic: 'saga.inbox', key: 'own', headers: {}, value: 'rubbish' };
    await world.topics.send([message]);
    await world.untilStored(1, `key = 'own'`);
    const [letter] = await listOf(app, '&key=own');
    expect(letter).toMatchObject({ code: 'not-a-cloud-event', readers: ['orchestrator'] });
    expect(letter?.notRedrivable).toContain('no JSON');
  });
});

describe('lists of dead letters', () => {
  it('show each once, page by page, latest first, and say how many there are', async () => {
    const time = '2026-01-01T00:00:00.000Z';
    const many = Array.from({ length: 45 }, (_, index) =>
      letterOf({ topic: 'withdrawal.events', offset: String(100 + index), time }),
    );
    await world.topics.send(many);
    const mine = `topic = 'withdrawal.events' and "offset" >= 100`;
    await world.untilStored(45, mine);
    const query = `?topic=withdrawal.events&to=2026-01-02T00:00:00Z&limit=10`;
    const seen: Letter[] = [];
    let cursor = '';
    do {
      const page = await ask<{ items: Letter[]; nextCursor?: string }>(app, query + cursor);
      expect(page.items.length).toBeLessThanOrEqual(10);
      seen.push(...page.items);
      cursor = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toHaveLength(45);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(45);
    const count = await ask(app, '/count?topic=withdrawal.events&to=2026-01-02T00:00:00Z');
    expect(count).toEqual({ count: 45, exact: true });
    const figures = await ask<{ open: number; items: { topic: string; count: number }[] }>(
      app,
      '/figures',
    );
    expect(figures.open).toBe(await world.rows(`status = 'open'`));
    expect(figures.items.find(({ topic }) => topic === 'withdrawal.events')?.count).toBe(47);
    const metrics = (await app.inject('/metrics')).body.split('\n');
    const shown = metrics.filter((line) => line.startsWith('dead_letters_open{'));
    expect(shown).toContainEqual(expect.stringMatching(/topic="withdrawal.events".*\} 48$/));
  });

  it.each([
    ['?status=odd', 400],
    ['?cursor=abc', 400],
    ['?limit=201', 400],
    ['?from=2026-02-30T00:00:00Z', 400],
    ['?from=2026-02-02T00:00:00Z&to=2026-02-01T00:00:00Z', 400],
    ['?nonsense=1', 400],
    ['/count?topic=', 400],
    ['/0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5d', 404],
    ['/x', 404],
  ])('%s is a problem', async (url, status) => {
    const answer = await inject(app, `/admin/dead-letters${url}`);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toContain('problem+json');
  });
});
