/**
 * Promises attacked here: all figures follow from the facts that are kept: built anew they are the same,
 * and whatever was wrong with them is right afterwards.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReceivedEvent } from '#messaging';
import { waitFor } from '#testing';
import { chargeback, refund, settled, told } from '../../../apps/analytics/src/fixtures/events.js';
import { EventStoreServer } from '../../support/event-store.js';
import { FiguresWorld, tablesOf } from './figures-world.js';

const facts = Array.from({ length: 700 }, (_, n) => {
  const what = {
    ...{ order: n, merchantId: `m${n % 5}`, channel: n % 2 === 0 ? 'web' : 'app' },
    at: new Date(Date.UTC(2026, 10, 1, n % 200)).toISOString(),
  };
  return [
    told('payment.requested', what),
    told('payment.completed', { ...what, revision: 4, more: { fee: n } }),
    told('order.completed', { ...what, revision: 5 }),
    refund(n % 3, n % 3, { ...what, revision: 6 }),
    ...(n % 10 === 0 ? [chargeback('chargeback.opened', 9, { ...what, revision: 7 })] : []),
  ];
}).flat();
const merchants = [
  settled('m1', 'Asia/Tokyo'),
  settled('m2', 'America/New_York'),
  settled('m1', 'UTC', { revision: 2, at: '2026-11-05T00:00:00.000Z' }),
];

describe('the figures', () => {
  let store: EventStoreServer;
  let world: FiguresWorld;
  beforeAll(async () => {
    store = await EventStoreServer.start();
    const settings = { AUDIT_URL: store.url, REBUILD_SETTLE_MS: '2000' };
    world = await FiguresWorld.start(settings);
  }, 240_000);
  afterAll(async () => {
    await world?.stop();
    await store?.stop();
  });

  const hear = async (events: readonly ReceivedEvent[]) => {
    for (let from = 0; from < events.length; from += 500) {
      await world.hear(...events.slice(from, from + 500));
    }
  };
  const rebuilt = async (swap: boolean, more: object = {}) => {
    const { body } = await world.service.ask('POST', '/rebuilds', { swap, ...more });
    return waitFor(
      async () => {
        const found = await world.service.ask('GET', `/rebuilds/${String(body['rebuildId'])}`);
        return found.body['status'] === 'running' ? undefined : found.body;
      },
      { what: 'the rebuild to end' },
    );
  };

  beforeEach(async () => {
    await world.forget();
    store.events.length = 0;
  });

  it('come out the same when they are built anew', async () => {
    await hear([...facts.toReversed(), ...merchants]);
    store.events.push(...merchants, ...facts);
    const found = await rebuilt(true);
    expect(found).toMatchObject({ status: 'done', identical: true, swapped: true, missing: 0 });
    expect(found['events']).toBe(facts.length + merchants.length);
    expect(await world.tables()).toEqual(tablesOf([...facts, ...merchants]));
    await hear(facts);
    expect(await rebuilt(false)).toMatchObject({ identical: true, ahead: 0 });
  });

  it('are put right, and go on being counted', async () => {
    await hear(facts);
    store.events.push(...facts);
    await world.database.query('update payment_metric set total = total + 1');
    await world.database.query(`delete from tally where order_id::text like '%1'`);
    expect(await rebuilt(false)).toMatchObject({ identical: false, swapped: false });
    expect(await rebuilt(true)).toMatchObject({ identical: false, swapped: true });
    const more = told('order.returned', { order: 1, revision: 9, merchantId: 'm1' });
    await world.hear(more);
    store.events.push(more);
    expect(await world.tables()).toEqual(tablesOf([...facts, more]));
    expect(await rebuilt(false)).toMatchObject({ identical: true });
  });

  it('gain what never came here: facts that were lost, and the zones of before', async () => {
    const latest = merchants.filter(({ id }) => id !== 'merchant.created:m1@1');
    await hear([...facts.slice(0, 900), ...facts.slice(950), ...latest]);
    store.events.push(...facts, ...merchants);
    expect(await rebuilt(true)).toMatchObject({ swapped: true, identical: false, ahead: 51 });
    expect(await world.tables()).toEqual(tablesOf([...facts, ...merchants]));
  });

  it('stay as they are when the store knows too little, and it says what is missing', async () => {
    await hear([...facts.slice(0, 20), ...merchants]);
    store.events.push(...facts.slice(1, 20), ...merchants);
    const before = await world.tables();
    const found = await rebuilt(true);
    expect(found).toMatchObject({ status: 'failed', missing: 1, swapped: false });
    expect(found['problem']).toContain('(fact 0195e7a0-0000-7000-8000-000000000000 4 1)');
    expect(await world.tables()).toEqual(before);
  });

  it('give up what the store does not know, where an operator says how much', async () => {
    const all = facts.slice(0, 20);
    const others = all.filter(({ type }, index) => index > 3 || !type.endsWith('order.completed'));
    await hear(all);
    store.events.push(...others);
    expect(await rebuilt(true, { mayMiss: 0 })).toMatchObject({ status: 'failed', missing: 1 });
    const found = await rebuilt(true, { mayMiss: 1 });
    expect(found).toMatchObject({ status: 'done', missing: 1, swapped: true, identical: false });
    expect(await world.tables()).toEqual(tablesOf(others));
    const asked = await world.service.ask('POST', '/rebuilds', { swap: true, mayMiss: -1 });
    expect(asked).toMatchObject({ status: 400, body: { errors: [{ field: 'mayMiss' }] } });
  });

  it.each<[string, ReceivedEvent, ReceivedEvent]>([
    ['of another order', told('payment.requested'), told('payment.completed', { order: 9 })],
    ['of the same order', told('payment.requested'), told('order.completed', { revision: 9 })],
    ['of a merchant', settled('m8', 'UTC'), settled('m9', 'Asia/Tokyo')],
  ])('count no fact %s under the id of another one', async (_, first, fact) => {
    const reused = { ...fact, id: first.id };
    await hear([first]);
    const refused = new RegExp(
      `^the event id ${first.id} of test was told before for another fact`,
    );
    await expect(world.hear(reused)).rejects.toThrow(refused);
    await expect(world.hear(first, told('order.returned', { order: 7 }), reused)).rejects.toThrow(
      refused,
    );
    expect(await world.tables()).toEqual(tablesOf([first]));
    store.events.push(first);
    expect(await rebuilt(true)).toMatchObject({ identical: true, missing: 0, ahead: 0 });
    // So it is in the tables that have taken the place of the others.
    await expect(world.hear(reused)).rejects.toThrow(refused);
    await world.hear(fact);
    expect(await world.tables()).toEqual(tablesOf([first, fact]));
  });

  it('count one of two facts that one batch tells under one id, and no more', async () => {
    const one = told('order.completed', { order: 7 });
    const other = { ...told('order.completed', { order: 8 }), id: one.id };
    await expect(world.hear(one, other)).rejects.toThrow('was told before for another fact');
    expect(await world.tables()).toEqual(tablesOf([]));
  });

  it.each<[string, ReceivedEvent]>([
    ['a revision beyond all', told('payment.completed', { order: 7, revision: 2 ** 31 })],
    ['a merchant no database knows', settled('m\u0000', 'UTC')],
  ])('do without a fact that cannot even be looked for: %s', async (_, odd) => {
    await expect(world.hear(odd)).rejects.toThrow();
    await hear(facts.slice(0, 20));
    store.events.push(...facts.slice(0, 10), odd, ...facts.slice(10, 20));
    expect(await rebuilt(true)).toMatchObject({ refused: 1, identical: true, swapped: true });
    expect(await world.tables()).toEqual(tablesOf(facts.slice(0, 20)));
  });

  it('do without a fact that breaks its contract', async () => {
    const broken = { ...told('order.returned'), data: { orderId: 'none' }, id: 'broken' };
    await hear(facts.slice(0, 50));
    store.events.push(...facts.slice(0, 30), broken, ...facts.slice(30, 50));
    expect(await rebuilt(true)).toMatchObject({ refused: 1, identical: true, swapped: true });
    store.events.push({ ...broken, id: 'broken again' });
    expect(await rebuilt(false)).toMatchObject({ refused: 2, identical: true });
  });
});
