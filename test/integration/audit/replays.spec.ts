/**
 * Promises attacked here: a replay tells the facts that were asked for, as they were told first, in
 * their order, each once, at its rate; to nobody but the reader that it is for; by one runner.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { replayStep } from '../../../apps/audit/src/handlers/replay-runner.js';
import { CHAIN, Outbox } from '#messaging';
import { waitFor } from '#testing';
import { AuditWorld, aFact, holdBack } from './audit-world.js';

const silent = { error: () => undefined };

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly key: string;
  readonly value: string;
}

describe('a replay', () => {
  let world: AuditWorld;
  const facts = Array.from({ length: 30 }, (_, n) =>
    aFact(
      n % 2 ? 'payment.completed' : 'refund.completed',
      `o${n % 4}`,
      { n },
      {
        ...{
          topic: 'payment.events',
          key: `key ${n % 4}`,
          time: new Date(n * 1_000).toISOString(),
        },
        ...{ correlationid: 'saga', causationid: 'cause', traceparent: '00-1-2-03' },
        extensions: { [CHAIN]: '9 9*com.example.x', actor: 'kim' },
      },
    ),
  );
  beforeAll(async () => {
    world = await AuditWorld.start();
    await world.keep(...facts.slice(0, 10));
    await world.keep(...facts.slice(10));
    await world.keep(aFact('order.created', 'o1', { n: -1 }));
  }, 240_000);
  afterAll(() => world?.stop());

  const ask = (method: 'GET' | 'POST', path: string, body?: unknown) =>
    world.service.ask(method, path, body);
  const start = async (body: object) => {
    const { status, body: made, headers } = await ask('POST', '/replays', body);
    expect(status).toBe(202);
    expect(headers['location']).toBe(`/replays/${String(made['replayId'])}`);
    return String(made['replayId']);
  };
  const until = (replayId: string, wanted: string) =>
    waitFor(
      async () => {
        const { body } = await ask('GET', `/replays/${replayId}`);
        return body['status'] === wanted ? body : undefined;
      },
      { what: `the replay to be ${wanted}`, timeoutMs: 60_000 },
    );
  const sentTo = (topic: string) =>
    world.database.query<Sent>(
      'select headers, key, value from outbox where topic = $1 order by epoch, seq',
      [topic],
    );
  const nsOf = (sent: readonly Sent[]) =>
    sent.map(({ value }) => (JSON.parse(value) as { n: number }).n);

  it('tells all of them as they were told first, in their order', async () => {
    const replayId = await start({ to: { topic: 'analytics.replay' }, aggregateType: 'payment' });
    expect(await until(replayId, 'done')).toMatchObject({
      ...{ topic: 'analytics.replay', sent: 30, skipped: 0, ratePerSecond: 500 },
      ...{ sentUntil: facts.at(-1)?.time, aggregateType: 'payment', endedAt: expect.any(String) },
    });
    const sent = await sentTo('analytics.replay');
    expect(nsOf(sent)).toEqual(facts.map((_, n) => n));
    const [fact] = facts;
    expect(sent[0]).toMatchObject({
      key: 'key 0',
      headers: {
        ...{ ce_id: fact?.id, ce_source: 'test', ce_type: fact?.type, ce_subject: 'o0' },
        ...{ ce_time: fact?.time, ce_correlationid: 'saga', ce_causationid: 'cause' },
        // As it was: to be told again is no hop.
        ...{ ce_chain: '9 9*com.example.x', ce_actor: 'kim', traceparent: '00-1-2-03' },
      },
    });
  });

  it('tells what is asked for, to the reader that is named', async () => {
    const replayId = await start({
      ...{ to: { group: 'accounting' }, types: ['payment.completed'], aggregateType: 'payment' },
      ...{ aggregateId: 'o1', from: '1970-01-01T00:00:05Z', until: '1970-01-01T00:00:25Z' },
    });
    await until(replayId, 'done');
    expect(nsOf(await sentTo('accounting.replay'))).toEqual([5, 9, 13, 17, 21]);
    const topics = await world.database.query('select distinct topic from outbox order by 1');
    expect(topics).toEqual([{ topic: 'accounting.replay' }, { topic: 'analytics.replay' }]);
  });

  it('can be paused, goes on where it was, at its rate, and is listed', async () => {
    const startedMs = Date.now();
    const replayId = await start({
      ...{ to: { group: 'settlement' }, aggregateType: 'payment', ratePerSecond: 15 },
    });
    await waitFor(async () => (await sentTo('settlement.replay')).length > 2, { what: 'some' });
    expect((await ask('POST', `/replays/${replayId}/pause`)).body['status']).toBe('paused');
    const { sent } = (await ask('POST', `/replays/${replayId}/pause`)).body;
    expect(nsOf(await sentTo('settlement.replay'))).toHaveLength(sent as number);
    expect((await ask('POST', `/replays/${replayId}/resume`)).body['status']).toBe('running');
    expect((await ask('POST', `/replays/${replayId}/resume`)).status).toBe(200);
    await until(replayId, 'done');
    expect(Date.now() - startedMs).toBeGreaterThanOrEqual(1_500);
    expect(nsOf(await sentTo('settlement.replay'))).toEqual(facts.map((_, n) => n));
    for (const action of ['pause', 'resume', 'cancel']) {
      expect(await ask('POST', `/replays/${replayId}/${action}`)).toMatchObject({ status: 409 });
    }
    const first = await ask('GET', '/replays?limit=1');
    expect(first.body).toMatchObject({ items: [{ replayId }] });
    const second = await ask('GET', `/replays?cursor=${String(first.body['nextCursor'])}`);
    expect(second.body['items']).toMatchObject([{ topic: 'accounting.replay' }, {}]);
  });

  it('can be cancelled, and tells nothing more', async () => {
    const replayId = await start({ to: { group: 'settlement' }, ratePerSecond: 1 });
    const { body } = await ask('POST', `/replays/${replayId}/cancel`);
    expect(body).toMatchObject({ status: 'cancelled', endedAt: expect.any(String) });
    expect(await ask('POST', `/replays/${replayId}/cancel`)).toMatchObject({ status: 200 });
    expect(await ask('POST', `/replays/${replayId}/resume`)).toMatchObject({ status: 409 });
  });

  it('is not over while facts of before it are still to be committed', async () => {
    const fact = aFact('order.late', 'late', { n: 77 });
    const before = (await sentTo('settlement.replay')).length;
    const commit = await holdBack(world, fact);
    let replayId = '';
    try {
      replayId = await start({ to: { group: 'settlement' }, aggregateType: 'order' });
      await waitFor(async () => (await sentTo('settlement.replay')).length > before, {
        what: 'the first',
      });
      expect((await ask('GET', `/replays/${replayId}`)).body['status']).toBe('running');
      await world.keepUnseen(aFact('order.later', 'later', { n: 78 }));
    } finally {
      await commit();
    }
    await until(replayId, 'done');
    expect(nsOf((await sentTo('settlement.replay')).slice(before))).toEqual([-1, 77]);
  });

  it('is gone on with by one runner only: who lost it sends nothing', async () => {
    const before = (await sentTo('settlement.replay')).length;
    const replayId = '0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5d';
    await world.database.query(
      `insert into replay (replay_id, topic, filter, rate_per_second, fence, lease_until)
       values ($1, 'settlement.replay', '{"aggregateType":"payment"}', 1, 7, now() + interval '1 hour')`,
      [replayId],
    );
    const outbox = world.service.app.get(Outbox);
    const step = (fence: string, isFirst = false) =>
      replayStep(outbox, { replayId, fence }, { limit: 10, isFirst }, silent);
    expect(await step('7')).toEqual({ step: 'more', sent: 10 });
    await world.database.query('update replay set fence = 8 where replay_id = $1', [replayId]);
    expect(await step('7')).toEqual({ step: 'over', sent: 0 });
    // What another one has sent is on its way yet: it must not be overtaken.
    const [writer] = await world.database.query<{ epoch: string }>(
      `with writer as (insert into outbox_writer (owner) values ('other') returning epoch)
       insert into outbox_watermark (epoch, lease_until)
       select epoch, now() + interval '1 hour' from writer returning epoch`,
    );
    await world.database.query(
      'update replay set outbox_epoch = $2, outbox_seq = 5 where replay_id = $1',
      [replayId, writer?.epoch],
    );
    expect(await step('8', true)).toEqual({ step: 'behind', sent: 0 });
    await world.database.query('update outbox_watermark set published_up_to = 5 where epoch = $1', [
      writer?.epoch,
    ]);
    expect(await step('8', true)).toEqual({ step: 'more', sent: 10 });
    expect(await step('8')).toMatchObject({ sent: 10 });
    await waitFor(async () => (await step('8')).step === 'over', { what: 'its end' });
    const ended = await ask('GET', `/replays/${replayId}`);
    expect(ended.body).toMatchObject({ status: 'done', sent: 30 });
    const sent = (await sentTo('settlement.replay')).slice(before);
    expect(nsOf(sent)).toEqual(facts.map((_, n) => n));
  });

  it('leaves out what no broker would take, and says so', async () => {
    const big = aFact(
      'product.updated',
      'big',
      { big: '\u0001'.repeat(160_000) },
      {
        topic: 'product.events',
      },
    );
    const odd = aFact(
      'product.updated',
      'odd',
      { n: 1 },
      {
        ...{ topic: 'product.events', extensions: { 'no-name': 'x' } },
      },
    );
    await world.keep(
      big,
      odd,
      aFact('product.updated', 'fine', { n: 2 }, { topic: 'product.events' }),
    );
    const replayId = await start({ to: { group: 'settlement' }, aggregateType: 'product' });
    expect(await until(replayId, 'done')).toMatchObject({
      ...{ sent: 1, skipped: 2, problem: expect.stringContaining(odd.id) },
    });
  });

  it.each([
    [{ to: { topic: 'payment.events' } }, 'to.topic'],
    [{ to: { topic: 'audit.replay' } }, 'to.topic'],
    [{ to: { group: 'order' } }, 'to.group'],
    [{ to: {} }, 'to'],
    [{ to: { group: 'analytics', topic: 'analytics.replay' } }, 'to'],
    [{}, 'to'],
    [{ to: { group: 'analytics' }, ratePerSecond: 0 }, 'ratePerSecond'],
    [{ to: { group: 'analytics' }, types: 'x' }, 'types'],
    [{ to: { group: 'analytics' }, until: 'now' }, 'until'],
    [{ to: { group: 'analytics' }, aggregateId: 'x' }, 'aggregateType'],
  ])('is refused where it makes no sense: %j', async (body, field) => {
    const refused = await ask('POST', '/replays', body);
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('that nobody started is not known', async () => {
    const path = '/replays/0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5e';
    for (const [method, url] of [
      ['GET', path],
      ['POST', `${path}/pause`],
    ] as const) {
      expect(await ask(method, url)).toMatchObject({ status: 404 });
    }
  });
});
