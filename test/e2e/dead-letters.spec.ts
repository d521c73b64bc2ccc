/** What nobody can read stops nothing: it is put aside with the reason, and orders go on. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { SAGA_SERVICE_NAMES, TestWorld, waitFor } from '#testing';
import { commandMessage, handSaga } from '../support/commands.js';
import { Shop } from '../support/shop.js';
import {
  DEAD_LETTERS,
  READ_BY_SERVICES,
  Topics,
  type OutgoingMessage,
  type StoredMessage,
} from '../support/topics.js';

jest.setTimeout(240_000);

const cloudEvent = (topic: string, type: string): OutgoingMessage => ({
  topic,
  key: randomUUID(),
  headers: {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: randomUUID(),
    ce_source: 'test',
    ce_type: type,
  },
  value: '{}',
});

/** What may come by mistake, with the code it is put aside under. */
const garbage: readonly (readonly [
  what: string,
  make: (topic: string) => OutgoingMessage,
  code: RegExp,
])[] = [
  [
    'a message without headers',
    (topic) => ({ topic, key: 'k', headers: {}, value: '{"hello":"world"}' }),
    /not-a-cloud-event/,
  ],
  [
    'bytes that are no text',
    (topic) => ({ topic, key: 'k', headers: {}, value: Buffer.from([0, 0xff, 0xfe, 0x80]) }),
    /not-a-cloud-event/,
  ],
  [
    'an event of a later specification',
    (topic) => withHeaders(cloudEvent(topic, 'com.example.x'), { ce_specversion: '2.0' }),
    /unknown-specversion/,
  ],
  [
    'an event whose data is no JSON',
    (topic) => ({ ...cloudEvent(topic, 'com.example.x'), value: '{"half":' }),
    /invalid-json/,
  ],
  [
    'an event without a value',
    (topic) => ({ ...cloudEvent(topic, 'com.example.x'), value: null }),
    /no-data/,
  ],
  ['an event of a foreign type', (topic) => cloudEvent(topic, 'org.other.thing'), /unreadable/],
  [
    'an event of a type unknown here',
    (topic) => cloudEvent(topic, 'com.example.inventory.paint-stock'),
    /unreadable/,
  ],
];

/** A command that would be refused for its payload alone, and lets one header grow. */
const endless = (header: string): OutgoingMessage =>
  withHeaders(
    commandMessage(handSaga(), { name: 'inventory.reserve-stock', step: 's', data: {} }),
    { [header]: 'x'.repeat(900_000) },
  );

const withHeaders = (message: OutgoingMessage, more: Record<string, string>): OutgoingMessage => ({
  ...message,
  headers: { ...message.headers, ...more },
});

describe('a message that nobody can read', () => {
  let world: TestWorld;
  let shop: Shop;
  let topics: Topics;
  const dead: StoredMessage[] = [];
  const inbox: StoredMessage[] = [];
  beforeAll(async () => {
    world = await TestWorld.start();
    shop = new Shop(world);
    topics = new Topics(world);
    await topics.follow(DEAD_LETTERS, (message) => dead.push(message));
    await topics.follow(['saga.inbox'], (message) => inbox.push(message));
  }, 240_000);
  afterAll(async () => {
    await topics?.stop();
    await world?.stop();
  }, 240_000);

  it.each(garbage)(
    '%s: lies in the dead letters of its topic, with the reason',
    async (_, make, code) => {
      const before = dead.length;
      await topics.send(READ_BY_SERVICES.map(make));
      const letters = await waitFor(
        () => {
          const arrived = dead.slice(before);
          return arrived.length >= READ_BY_SERVICES.length ? arrived : undefined;
        },
        { what: 'a dead letter in every topic', timeoutMs: 150_000 },
      );
      expect(letters.map(({ topic }) => topic).toSorted()).toEqual(
        READ_BY_SERVICES.map((topic) => `${topic}.dlq`).toSorted(),
      );
      for (const { headers } of letters) {
        expect(headers['ce_deadcode']).toMatch(code);
        expect(headers['ce_deadmessage']).not.toBe('');
      }
    },
  );

  it('although it is addressed rightly, is put aside and its sender is told it is dead', async () => {
    const command = commandMessage(handSaga(), {
      name: 'inventory.reserve-stock',
      step: 'reserve-stock',
      data: { items: [{ productId: 'p', quantity: -1 }] },
    });
    await topics.send([command]);
    const letter = await waitFor(
      () => dead.find(({ headers }) => headers['ce_causationid'] === command.headers['ce_id']),
      { what: 'the dead letter', timeoutMs: 150_000 },
    );
    expect(letter.headers['ce_deadmessage']).toContain('items.0.quantity');
    expect(JSON.parse(letter.value ?? '')).toMatchObject({ value: command.value });
    const told = await waitFor(
      () => inbox.find(({ headers }) => headers['ce_causationid'] === command.headers['ce_id']),
      { what: 'the reply' },
    );
    expect(told.headers['ce_type']).toBe('com.example.saga.command-dead');
  });

  it.each([
    ['ce_id', 'id has 900000 characters'],
    ['ce_correlationid', 'correlationid has 900000 characters'],
  ])('because its %s is endless, is put aside without a reply', async (header, message) => {
    const command = endless(header);
    const before = dead.length;
    await topics.send([command]);
    const letter = await waitFor(
      () => dead.slice(before).find(({ topic }) => topic === `${command.topic}.dlq`),
      { what: 'the dead letter' },
    );
    expect(letter.headers['ce_deadcode']).toBe('unreadable-command');
    expect(letter.headers['ce_deadmessage']).toContain(message);
  });

  it.each(['ce_subject', 'ce_type', 'traceparent', 'ce_chain', 'ce_undoes', 'ce_source'])(
    'and has an endless %s, is answered all the same',
    async (header) => {
      const command = endless(header);
      await topics.send([command]);
      const told = await waitFor(
        () => inbox.find(({ headers }) => headers['ce_causationid'] === command.headers['ce_id']),
        { what: 'the reply' },
      );
      expect(JSON.stringify(told).length).toBeLessThan(30_000);
    },
  );

  it('holds no order back, and takes no service down', async () => {
    await topics.send(READ_BY_SERVICES.flatMap((topic) => garbage.map(([, make]) => make(topic))));
    const orderId = await shop.placeOne({ productId: await shop.product(2) });
    await shop.untilOrder(orderId, 'shipped');
    for (const name of SAGA_SERVICE_NAMES) expect(world.app(name).ended).toBeUndefined();
  });
});
