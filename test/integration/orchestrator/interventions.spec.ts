/** What people do to sagas over HTTP: decided, written and recorded at once, or not at all. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventType, operatorActed } from '#contracts';
import { createService, Database, newId, Outbox } from '#messaging';
import { createLogger } from '#platform';
import { findInstance } from '#saga-store';
import { waitFor, withAdmin } from '#testing';
import { orchestratorService } from '../../../apps/orchestrator/src/service.js';
import { input } from '../../../apps/orchestrator/src/sagas/fixtures/place-order.js';
import { keyOf } from './access-keys.js';
import { openGround } from './ground.js';

interface Saga {
  readonly sagaId: string;
  readonly state: string;
  readonly revision: number;
  readonly held?: { readonly code: string };
  readonly cause?: { readonly code: string; readonly message: string };
  readonly steps: readonly {
    readonly name: string;
    readonly state: string;
    readonly attempts: number;
    readonly commandId: string | null;
  }[];
}
interface Answer<T> {
  readonly status: number;
  readonly body: T & {
    readonly detail?: string;
    readonly code?: string;
    readonly errors?: unknown;
  };
}

const cleanUp: (() => Promise<unknown>)[] = [];
let apps: readonly NestFastifyApplication[];
let database: Database;
let key: string;

beforeAll(async () => {
  const ground = await openGround();
  cleanUp.unshift(() => ground.closing.all());
  const env = {
    ...ground.env,
    // nothing moves of its own accord but what a test wants
    ...{ STEP_TIMEOUT_MS: '600000', STEP_ATTEMPTS: '5' },
  };
  const start = () =>
    createService(orchestratorService, env, createLogger({ service: 'test', level: 'silent' }));
  const first = await start();
  cleanUp.unshift(() => first.close());
  const second = await start();
  cleanUp.unshift(() => second.close());
  apps = [first, second];
  database = first.get(Database);
  // While the replicas share out their partitions a start may come once more, and moves its saga.
  await waitFor(
    async () => {
      const { groups } = await withAdmin(ground.kafka.brokers, (admin) =>
        admin.describeGroups([`${ground.topicPrefix}orchestrator`]),
      );
      return groups.every(({ state, members }) => state === 'Stable' && members.length === 2);
    },
    { what: 'both replicas in their group' },
  );
  key = await keyOf(database, 'operator', 'kim');
}, 240_000);

afterAll(async () => {
  for (const end of cleanUp) await end();
}, 240_000);

const appOf = (replica: number): NestFastifyApplication => {
  const app = apps[replica];
  if (!app) throw new Error(`there is no replica ${replica}`);
  return app;
};

const call = async <T>(
  method: 'GET' | 'POST',
  url: string,
  payload?: object,
  replica = 0,
): Promise<Answer<T>> => {
  const headers = { 'x-api-key': key };
  const answer = await appOf(replica).inject({ method, url, headers, ...(payload && { payload }) });
  return { status: answer.statusCode, body: answer.json<Answer<T>['body']>() };
};

const intervene = (saga: Saga, wanted: Record<string, unknown>, replica = 0) =>
  call<Saga & { revision: number }>(
    'POST',
    `/admin/sagas/${saga.sagaId}/interventions`,
    { revision: saga.revision, reason: 'the provider was away', ...wanted },
    replica,
  );

const send = (
  type: string,
  businessKey: string,
  data: Record<string, unknown>,
  more: Record<string, unknown> = {},
) =>
  appOf(0)
    .get(Outbox)
    .transaction((unit) => {
      unit.publish({
        ...{
          id: newId(),
          source: 'test',
          subject: businessKey,
          topic: 'saga.inbox',
          key: businessKey,
        },
        ...{ time: new Date().toISOString(), type: eventType(type), data },
        ...more,
      });
      return Promise.resolve();
    });

const find = async (orderId: string): Promise<Saga | undefined> => {
  const { body } = await call<{ items: Saga[] }>('GET', `/admin/sagas?orderId=${orderId}`);
  const [found] = body.items;
  return found && (await call<Saga>('GET', `/admin/sagas/${found.sagaId}`)).body;
};

const until = (orderId: string, what: string, holds: (saga: Saga) => boolean): Promise<Saga> =>
  waitFor(
    async () => {
      const saga = await find(orderId);
      return saga && holds(saga) ? saga : undefined;
    },
    { what },
  );

const stateOf = (saga: Saga, name: string): string | undefined =>
  saga.steps.find((step) => step.name === name)?.state;

/** A saga whose first command is out. */
const begun = async (): Promise<Saga & { readonly orderId: string }> => {
  const orderId = randomUUID();
  await send('saga.start', orderId, {
    ...{ definition: 'place-order', businessKey: orderId },
    input: { ...input, orderId },
  });
  const saga = await until(
    orderId,
    'the first command',
    (one) => stateOf(one, 'reserve-stock') === 'sent',
  );
  return { ...saga, orderId };
};

/** What the inventory service answers. */
const RESERVED = { expiresAt: '2030-01-01T00:00:00.000Z' };

const reply = (saga: Saga & { readonly orderId: string }, step: string, name: string) =>
  send(
    name,
    saga.orderId,
    { commandId: `${saga.sagaId}:${step}`, outcome: 'succeeded', result: RESERVED },
    { correlationid: saga.sagaId },
  );

describe('an intervention', () => {
  it('is decided at once, and is in the history and among the acts', async () => {
    const { saga, body } = await waitFor(
      async () => {
        // A replica that was late and joins anew reads a start once more, which moves it.
        const looked = await begun();
        const done = await intervene(looked, { action: 'retry', step: 'reserve-stock' });
        return done.status === 409 ? undefined : { saga: looked, ...done };
      },
      { what: 'a saga that nothing moves' },
    );
    expect(body).toMatchObject({ revision: saga.revision + 1 });
    expect(body.steps.find(({ name }) => name === 'reserve-stock')).toMatchObject({
      state: 'sent',
      attempts: 2,
    });
    const history = await call<{ items: { revision: number }[] }>(
      'GET',
      `/admin/sagas/${saga.sagaId}/history`,
    );
    // A start may have come once more after it, too.
    expect(history.body.items.find(({ revision }) => revision === body.revision)).toMatchObject({
      ...{ kind: 'intervene', actor: 'kim', step: 'reserve-stock', revision: body.revision },
      ...{ reason: { code: 'by-hand', message: 'the provider was away' } },
      sent: [`${saga.sagaId}:reserve-stock`],
    });
    const acts = await call<{ items: unknown[] }>(
      'GET',
      `/admin/sagas/${saga.sagaId}/interventions`,
    );
    expect(acts.body.items).toMatchObject([
      {
        ...{
          actor: 'kim',
          what: 'saga.retry',
          reason: 'the provider was away',
          objectType: 'saga',
        },
        ...{ revisionBefore: saga.revision, revisionAfter: saga.revision + 1 },
        detail: { step: 'reserve-stock' },
      },
    ]);
    const mine = await call<{ items: unknown[] }>(
      'GET',
      `/admin/interventions?actor=kim&objectId=${saga.sagaId}`,
    );
    expect(mine.body.items).toEqual(acts.body.items);
  });

  it('is not done to a saga that has moved since it was looked at', async () => {
    const saga = await begun();
    const held = await intervene(saga, { action: 'hold' }, 1);
    expect(held.body.held).toMatchObject({ code: 'by-hand' });
    const late = await intervene(saga, { action: 'cancel' });
    expect(late).toMatchObject({
      status: 409,
      body: { code: 'moved', revision: saga.revision + 1 },
    });
    expect(await find(saga.orderId)).toMatchObject({
      state: 'running',
      revision: saga.revision + 1,
    });
  });

  it('that comes with another, and with an answer, is done or not done, and nothing is lost', async () => {
    const sagas = await Promise.all(Array.from({ length: 6 }, begun));
    await Promise.all(
      sagas.map(async (saga) => {
        const [first, second] = await Promise.all([
          intervene(saga, { action: 'compensate' }, 0),
          intervene(saga, { action: 'hold' }, 1),
          reply(saga, 'reserve-stock', 'inventory.stock-reserved'),
        ]);
        const settled = await until(saga.orderId, 'the answer', ({ sagaId, revision }) => {
          const done = [first, second].filter(({ status }) => status === 200).length;
          return sagaId === saga.sagaId && revision === saga.revision + 1 + done;
        });
        const statuses = [first.status, second.status].sort();
        // one of the three is first, and of the two others an intervention has seen too old a saga
        expect([
          [200, 409],
          [409, 409],
        ]).toContainEqual(statuses);
        expect(settled.state).toBe(first.status === 200 ? 'compensating' : 'running');
        expect(settled.held !== undefined).toBe(second.status === 200);
        const [acts] = await database.query<{ n: number }>(
          'select count(*)::int as n from intervention where saga_id = $1',
          [saga.sagaId],
        );
        expect(acts?.n).toBe(statuses.filter((status) => status === 200).length);
      }),
    );
  });

  it.each([
    [{ action: 'skip', step: 'charge-payment' }, "what comes after 'charge-payment' relies on it"],
    [{ action: 'retry', step: 'charge-payment' }, 'no answer is waited for'],
    [{ action: 'retry', step: 'nosuch' }, "there is no step 'nosuch'"],
    [{ action: 'release' }, 'it is not held'],
    [{ action: 'clear-attention' }, 'nobody is called for'],
    [{ action: 'move', version: 3 }, 'it goes by version 3 already'],
    [{ action: 'move', version: 99 }, "'place-order' has no version 99"],
    [
      { action: 'resolve', step: 'reserve-stock', outcome: 'happened', result: { items: 7 } },
      '`result` must be',
    ],
  ])('is refused with a reason, and changes nothing: %j', async (wanted, why) => {
    const saga = await shared();
    const refused = await intervene(saga, wanted);
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'refused', revision: saga.revision },
    });
    expect(refused.body.detail).toContain(why);
    expect(await findInstance(database, saga.sagaId)).toMatchObject({ revision: saga.revision });
  });

  let sharing: ReturnType<typeof begun> | undefined;
  const shared = () => (sharing ??= begun());

  it.each([
    [{ action: 'explode' }, 'action'],
    [{ action: 'retry' }, 'step'],
    [{ action: 'resolve', step: 'reserve-stock' }, 'outcome'],
    [{ action: 'settle-effect' }, 'effect'],
    [{ action: 'move' }, 'version'],
    [{ action: 'retry', step: 'reserve-stock', reason: '' }, 'reason'],
    [{ action: 'hold', revision: 'x' }, 'revision'],
    [{ action: 'resolve', step: 'a', outcome: 'maybe' }, 'outcome'],
    [{ action: 'resolve', step: 'a', result: [1] }, 'result'],
    [{ action: 'hold', colour: 'red' }, 'colour'],
    [{ action: 'hold', step: 'reserve-stock' }, 'step'],
    [{ action: 'retry', step: 'reserve-stock', outcome: 'happened' }, 'outcome'],
  ])('of bad input is answered with the field: %j', async (wanted, field) => {
    const { status, body } = await intervene(await shared(), wanted);
    expect(status).toBe(400);
    expect(JSON.stringify(body.errors)).toContain(`"${field}"`);
  });

  it('to a saga that there is not is answered with 404', async () => {
    const nobody = { ...(await shared()), sagaId: newId() };
    expect((await intervene(nobody, { action: 'hold' })).status).toBe(404);
    const odd = { ...nobody, sagaId: 'x' };
    expect((await intervene(odd, { action: 'hold' })).status).toBe(400);
  });

  it('says what a step came to that stays silent, and the saga goes on', async () => {
    const saga = await begun();
    const { status, body } = await intervene(saga, {
      action: 'resolve',
      step: 'reserve-stock',
      outcome: 'happened',
      result: RESERVED,
    });
    expect(status).toBe(200);
    expect(stateOf(body, 'charge-payment')).toBe('sent');
  });

  it('turns a saga around, and skips, holds and releases one', async () => {
    const saga = await begun();
    const held = await intervene(saga, { action: 'hold' });
    const skipped = await intervene(held.body, { action: 'skip', step: 'notify-customer' });
    expect(stateOf(skipped.body, 'notify-customer')).toBe('skipped');
    const released = await intervene(skipped.body, { action: 'release' });
    const undone = await intervene(released.body, { action: 'compensate' });
    expect(undone.body).toMatchObject({
      state: 'compensating',
      cause: { code: 'by-hand', message: 'the provider was away' },
    });
  });

  it('tells a fact, from which the audit log is made', async () => {
    const saga = await begun();
    await intervene(saga, { action: 'hold' });
    const rows = await database.query<{ topic: string; headers: object; value: string }>(
      `select topic, headers, value from outbox where topic like '%operator.events' and key = $1`,
      [saga.orderId],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.headers).toMatchObject({ ce_actor: 'kim', ce_subject: saga.sagaId });
    expect(operatorActed.data.parse(JSON.parse(rows[0]?.value ?? ''))).toMatchObject({
      ...{ what: 'saga.hold', sagaId: saga.sagaId, businessKey: saga.orderId },
      revision: saga.revision + 1,
    });
    await expect(
      database.query(`update intervention set reason = 'none' where saga_id = $1`, [saga.sagaId]),
    ).rejects.toThrow();
  });
});

describe('what could be done', () => {
  it('is said with the reason why the rest could not', async () => {
    const saga = await begun();
    const { body } = await call<{
      revision: number;
      items: { action: string; step?: string; version?: number; allowed: boolean; why?: string }[];
    }>('GET', `/admin/sagas/${saga.sagaId}/actions`);
    expect(body.revision).toBe(saga.revision);
    const of = (action: string, step?: string) =>
      body.items.find((item) => item.action === action && item.step === step);
    expect(of('retry', 'reserve-stock')).toMatchObject({ allowed: true });
    expect(of('retry', 'hand-over')).toMatchObject({ allowed: false });
    expect(of('retry', 'hand-over')?.why).toContain('no answer is waited for');
    expect(of('cancel')).toMatchObject({ allowed: true });
    expect(of('release')).toMatchObject({ allowed: false, why: 'it is not held' });
    expect(of('skip', 'notify-customer')).toMatchObject({ allowed: true });
    expect(
      body.items.filter(({ action }) => action === 'move').map(({ version }) => version),
    ).toEqual([1, 2]);
  });
});
