/** One thing done to many sagas: frozen, looked at, approved, paced, stopped, resumed, reported. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database, newId } from '#messaging';
import { testId, waitFor } from '#testing';
import { forgetBulkActions } from '../../../apps/orchestrator/src/persistence/bulk-rows.js';
import { DashboardWorld } from './dashboard-world.js';

interface Bulk {
  readonly bulkActionId: string;
  readonly state: string;
  readonly why?: string;
  readonly needsApproval: boolean;
  readonly progress: Readonly<Record<'size' | 'waiting' | 'done' | 'refused' | 'moved', number>>;
  readonly preview: {
    readonly count: number;
    readonly refused: readonly { readonly why: string; readonly count: number }[];
    readonly value: unknown;
    readonly steps: unknown;
    readonly participants: unknown;
  };
  readonly sagasNow?: Readonly<Record<string, number>>;
}
interface Item {
  readonly sagaId: string;
  readonly orderId: string;
  readonly outcome: string;
  readonly why?: string;
  readonly now: { readonly state: string };
}
interface Answer<T> {
  readonly status: number;
  readonly body: T & {
    readonly detail?: string;
    readonly code?: string;
    readonly errors?: unknown;
  };
}

/** More than these need a second person. */
const APPROVAL_ABOVE = 30;

let world: DashboardWorld;
let database: Database;
let approver: string;

beforeAll(async () => {
  world = await DashboardWorld.start({ BULK_APPROVAL_ABOVE: String(APPROVAL_ABOVE) });
  await world.replica();
  database = world.app.get(Database);
  approver = await world.approver();
}, 240_000);
afterAll(() => world?.stop(), 240_000);

const call = async <T = Bulk>(
  method: 'GET' | 'POST',
  path: string,
  payload?: object,
  key = world.key,
): Promise<Answer<T>> => {
  const answer = await world.app.inject({
    ...{ method, url: `/admin/bulk-actions${path}`, headers: { 'x-api-key': key } },
    ...(payload && { payload }),
  });
  return { status: answer.statusCode, body: answer.json<Answer<T>['body']>() };
};

const make = (wanted: object, key?: string) =>
  call('POST', '', { reason: 'the carrier was away', ...wanted }, key);
const decide = ({ bulkActionId }: Pick<Bulk, 'bulkActionId'>, decision: string, key?: string) =>
  call('POST', `/${bulkActionId}/${decision}`, { reason: `to ${decision} it` }, key);
const look = async ({ bulkActionId }: Bulk) => (await call('GET', `/${bulkActionId}`)).body;
const itemsOf = async ({ bulkActionId }: Bulk, query = 'limit=100') =>
  (await call<{ items: Item[]; nextCursor?: string }>('GET', `/${bulkActionId}/items?${query}`))
    .body;

const until = (bulk: Bulk, what: string, holds: (bulk: Bulk) => boolean): Promise<Bulk> =>
  waitFor(
    async () => {
      const now = await look(bulk);
      return holds(now) ? now : undefined;
    },
    { what, timeoutMs: 120_000 },
  );

const HAND_OVER = { action: 'retry', step: 'hand-over' };

/** So many orders of a customer, for which the carrier was not there. */
async function stuck(count: number, customerId = testId()) {
  const orderIds = await world.orders(count, { 'shipping.hand-over': 'gives-up' }, { customerId });
  await settled({ customer: customerId, attention: 'true' }, count);
  return { customerId, orderIds };
}

const settled = (filter: Record<string, string>, count: number) =>
  waitFor(
    async () => {
      const query = new URLSearchParams(filter).toString();
      const found = await world.get<{ count: number }>(`sagas/count?${query}`);
      return found.count === count || undefined;
    },
    { what: `${count} sagas of ${JSON.stringify(filter)}`, timeoutMs: 120_000 },
  );

const back = (orderIds: readonly string[]): void => {
  for (const orderId of orderIds) world.behave(orderId, 'shipping.hand-over', undefined);
};

describe('a bulk action', () => {
  it('says what it would do, to how many, of what worth, and what would be refused', async () => {
    const { customerId } = await stuck(3);
    const done = await world.order({}, { customerId });
    await settled({ customer: customerId, state: 'completed' }, 1);
    const { status, body } = await make({ ...HAND_OVER, filter: { customer: customerId } });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...{ state: 'draft', needsApproval: false, madeBy: 'kim', reason: 'the carrier was away' },
      preview: {
        count: 4,
        refused: [{ count: 1 }],
        value: [{ currency: 'GBP', amount: 3 * 1530 }],
        steps: [{ step: 'hand-over', count: 3 }],
        participants: [{ participant: 'shipping', count: 3 }],
      },
      progress: { size: 4, waiting: 3, done: 0, refused: 1, moved: 0 },
    });
    const refused = await itemsOf(body, 'outcome=refused');
    expect(refused.items).toMatchObject([
      { orderId: done, why: body.preview.refused[0]?.why, now: { state: 'completed' } },
    ]);
    expect(refused.items[0]?.why).toContain('completed');
    // nothing happens before somebody starts it
    expect((await itemsOf(body, 'outcome=waiting')).items).toHaveLength(3);
    const page = await itemsOf(body, 'limit=3');
    expect(page.items).toHaveLength(3);
    expect((await itemsOf(body, `limit=3&cursor=${page.nextCursor}`)).items).toHaveLength(1);
  });

  it('is done to each once, by both replicas, and recorded with who, why and what came of it', async () => {
    const { customerId, orderIds } = await stuck(25);
    const before = await world.get<{ items: { sagaId: string; revision: number }[] }>(
      `sagas?customer=${customerId}&limit=100`,
    );
    back(orderIds);
    const { body: draft } = await make({
      ...{ ...HAND_OVER, filter: { customer: customerId, attention: 'true' }, perSecond: 20 },
    });
    const started = await decide(draft, 'start');
    expect(started).toMatchObject({ status: 200, body: { state: 'running' } });
    const done = await until(draft, 'finished', ({ state }) => state === 'finished');
    expect(done.progress).toEqual({ size: 25, waiting: 0, done: 25, refused: 0, moved: 0 });
    await until(draft, 'the sagas have ended', ({ sagasNow }) => sagasNow?.['ended'] === 25);
    const acts = await database.query<{ saga_id: string; revision_before: number }>(
      `select saga_id, revision_before from intervention
        where what = 'saga.retry' and actor = 'kim' and reason = 'the carrier was away'
          and detail ->> 'bulkAction' = $1`,
      [draft.bulkActionId],
    );
    const byId = <T extends { id: string }>(rows: T[]) =>
      rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(
      byId(acts.map(({ saga_id: id, revision_before: revision }) => ({ id, revision }))),
    ).toEqual(byId(before.items.map(({ sagaId: id, revision }) => ({ id, revision }))));
    const decisions = await database.query<{ what: string }>(
      `select what from intervention where object_type = 'bulk-action' and object_id = $1 order by id`,
      [draft.bulkActionId],
    );
    expect(decisions.map(({ what }) => what)).toEqual([
      'bulk-action.make',
      'bulk-action.start',
      'bulk-action.finish',
    ]);
  });

  it('goes on where the replica that worked on it has gone', async () => {
    const leaving = await world.replica();
    const { customerId, orderIds } = await stuck(20);
    back(orderIds);
    const { body } = await make({ ...HAND_OVER, filter: { customer: customerId }, perSecond: 5 });
    await decide(body, 'start');
    await until(body, 'a part of it', ({ progress }) => progress.done > 0);
    await leaving.close();
    const done = await until(body, 'finished', ({ state }) => state === 'finished');
    expect(done.progress.done).toBe(20);
  });

  it('of many waits for a second person, who is not who has made it', async () => {
    const { customerId, orderIds } = await stuck(APPROVAL_ABOVE + 1);
    back(orderIds);
    const wanted = { ...HAND_OVER, filter: { customer: customerId }, perSecond: 100 };
    const { body } = await make(wanted, approver);
    expect(body).toMatchObject({ state: 'draft', needsApproval: true });
    expect(await decide(body, 'approve', approver)).toMatchObject({ status: 409 });
    expect((await decide(body, 'start')).body.state).toBe('awaiting-approval');
    expect(await decide(body, 'resume')).toMatchObject({ status: 409, body: { code: 'refused' } });
    expect((await decide(body, 'approve')).status).toBe(403);
    const own = await decide(body, 'approve', approver);
    expect(own.status).toBe(409);
    expect(own.body.detail).toContain('a second person');
    const { progress } = await look(body);
    expect(progress.done).toBe(0);
    const another = await world.approver('grace');
    expect(await decide(body, 'approve', another)).toMatchObject({
      ...{ status: 200, body: { state: 'running', approvedBy: 'grace' } },
    });
    const done = await until(body, 'finished', ({ state }) => state === 'finished');
    expect(done.progress.done).toBe(APPROVAL_ABOVE + 1);
  });

  it('leaves alone what has moved since it was frozen', async () => {
    const { customerId, orderIds } = await stuck(3);
    const { body } = await make({ ...HAND_OVER, filter: { customer: customerId } });
    const [moved = ''] = orderIds;
    const saga = await world.sagaOf(moved);
    const held = await world.app.inject({
      ...{ method: 'POST', url: `/admin/sagas/${saga?.sagaId}/interventions` },
      headers: { 'x-api-key': world.key },
      payload: { action: 'hold', reason: 'let me look', revision: saga?.revision },
    });
    expect(held.statusCode).toBe(200);
    await decide(body, 'start');
    const done = await until(body, 'finished', ({ state }) => state === 'finished');
    expect(done.progress).toMatchObject({ done: 2, moved: 1 });
    const { items } = await itemsOf(body, 'outcome=moved');
    expect(items).toMatchObject([{ orderId: moved }]);
    expect((await world.sagaOf(moved))?.revision).toBe((saga?.revision ?? 0) + 1);
  });

  it('stops by itself when too much goes wrong, and goes on when it is told to', async () => {
    const { customerId, orderIds } = await stuck(30);
    const { body } = await make({ ...HAND_OVER, filter: { customer: customerId }, perSecond: 5 });
    await decide(body, 'start');
    const stopped = await until(body, 'stopped', ({ state }) => state === 'stopped');
    expect(stopped.why).toMatch(/need a person again/);
    expect(stopped.progress.done).toBeGreaterThanOrEqual(20);
    expect(stopped.progress.waiting).toBeGreaterThan(0);
    expect(await decide(body, 'approve', approver)).toMatchObject({ status: 409 });
    back(orderIds);
    expect((await decide(body, 'resume')).body.state).toBe('running');
    const done = await until(body, 'finished', ({ state }) => state === 'finished');
    expect(done.progress).toMatchObject({ done: 30, waiting: 0 });
  });

  it('sends no more to a participant than it answers', async () => {
    const [silent, held] = [await stuck(25), await stuck(4)];
    for (const id of silent.orderIds) world.behave(id, 'shipping.hand-over', 'silent');
    const { body } = await make({
      ...{ ...HAND_OVER, filter: { customer: silent.customerId }, perSecond: 5 },
    });
    await decide(body, 'start');
    await until(body, 'as many as may be out', ({ progress }) => progress.done >= 20);
    // its pace makes this one last for seconds
    const clock = { action: 'hold', filter: { customer: held.customerId }, perSecond: 1 };
    const { body: other } = await make(clock);
    await decide(other, 'start');
    await until(other, 'finished', ({ state }) => state === 'finished');
    expect(await look(body)).toMatchObject({
      state: 'running',
      progress: { done: 20, waiting: 5 },
    });
    await decide(body, 'cancel');
  });

  it('goes on with one participant when there is nothing left to do for another', async () => {
    const customerId = testId();
    await world.orders(3, { 'inventory.reserve-stock': 'silent' }, { customerId });
    await world.orders(3, { 'payment.charge-payment': 'pending' }, { customerId });
    await settled({ customer: customerId, step: 'reserve-stock', stepState: 'sent' }, 3);
    await settled({ customer: customerId, step: 'charge-payment', stepState: 'pending' }, 3);
    // a pace that one of them would use up alone
    const wanted = { action: 'cancel', filter: { customer: customerId }, perSecond: 1000 };
    const { body } = await make(wanted);
    expect(body.preview.participants).toEqual([
      { participant: 'inventory', count: 3 },
      { participant: 'payment', count: 3 },
    ]);
    await decide(body, 'start');
    const done = await until(body, 'finished', ({ state }) => state === 'finished');
    expect(done.progress.done).toBe(6);
  });

  it('is paused and cancelled, and does nothing more while others go on', async () => {
    const [slow, quick] = [await stuck(10), await stuck(2)];
    back([...slow.orderIds, ...quick.orderIds]);
    const paced = { ...HAND_OVER, filter: { customer: slow.customerId }, perSecond: 1 };
    const { body } = await make(paced);
    await decide(body, 'start');
    await until(body, 'the first', ({ progress }) => progress.done > 0);
    const { body: paused } = await decide(body, 'pause');
    expect(paused).toMatchObject({ state: 'paused', why: 'to pause it' });
    expect(paused.progress.waiting).toBeGreaterThan(0);
    const { body: other } = await make({ ...HAND_OVER, filter: { customer: quick.customerId } });
    await decide(other, 'start');
    await until(other, 'finished', ({ state }) => state === 'finished');
    expect(await look(body)).toMatchObject({ state: 'paused', progress: paused.progress });
    expect((await decide(body, 'cancel')).body.state).toBe('cancelled');
    expect((await decide(body, 'resume')).status).toBe(409);
  });

  it('reports the saga at which it fails, and goes on with the others', async () => {
    const { customerId, orderIds } = await stuck(4);
    back(orderIds);
    const { body } = await make({ ...HAND_OVER, filter: { customer: customerId } });
    const broken = await world.sagaOf(orderIds[1] ?? '');
    const [kept] = await database.query<{ body: unknown }>(
      `with old as (select id, body from saga_instance where id = $1)
       update saga_instance i set body = '[2]' from old where i.id = old.id
       returning old.body`,
      [broken?.sagaId],
    );
    await decide(body, 'start');
    const done = await until(body, 'finished', ({ state }) => state === 'finished');
    expect(done.progress).toMatchObject({ done: 3, refused: 1 });
    const { items } = await itemsOf(body, 'outcome=refused');
    expect(items).toMatchObject([
      { orderId: orderIds[1], why: expect.stringMatching(/^it failed/) },
    ]);
    await database.query('update saga_instance set body = $2 where id = $1', [
      ...[broken?.sagaId, JSON.stringify(kept?.body)],
    ]);
  });

  it.each([
    [{ ...HAND_OVER, filter: {} }, 400, 'filter'],
    [{ ...HAND_OVER }, 400, 'filter'],
    [{ action: 'retry', filter: { state: 'running' } }, 400, 'step'],
    [{ action: 'resolve', step: 'hand-over', filter: { state: 'running' } }, 400, 'outcome'],
    [{ action: 'move', filter: { state: 'running' } }, 400, 'version'],
    [{ action: 'settle-effect', filter: { state: 'running' } }, 400, 'action'],
    [{ ...HAND_OVER, version: 2, filter: { state: 'running' } }, 400, 'version'],
    [{ action: 'cancel', step: 'hand-over', filter: { state: 'running' } }, 400, 'step'],
    [{ ...HAND_OVER, filter: { state: 'lost' } }, 400, 'filter.state'],
    [{ ...HAND_OVER, filter: { amountFrom: 3 } }, 400, 'filter.currency'],
    [{ ...HAND_OVER, filter: { state: 'running' }, perSecond: 0 }, 400, 'perSecond'],
    [{ ...HAND_OVER, filter: { state: 'running' }, reason: ' ' }, 400, 'reason'],
    [{ ...HAND_OVER, filter: { customer: 'nobody-at-all' } }, 422, 'none'],
  ])('is not made of %j', async (wanted, status, named) => {
    const answer = await make(wanted);
    expect(answer.status).toBe(status);
    expect(JSON.stringify([answer.body.errors, answer.body.code])).toContain(`"${named}"`);
  });

  it('is forgotten 90 days after it has ended, and not before', async () => {
    const { customerId } = await stuck(1);
    const make1 = async () =>
      (await make({ ...HAND_OVER, filter: { customer: customerId } })).body.bulkActionId;
    const [old, ended, waiting] = [await make1(), await make1(), await make1()];
    await decide({ bulkActionId: waiting }, 'start');
    await database.query(
      `update bulk_action set changed_at = now() - interval '1 day' * case id when $1 then 91 else 89 end
        where id in ($1, $2)`,
      [old, ended],
    );
    await database.query(
      `update bulk_action set state = 'paused', changed_at = now() - interval '91 days' where id = $1`,
      [waiting],
    );
    expect(await forgetBulkActions(database, 10)).toBe(1);
    const statuses = [old, ended, waiting].map(async (id) => (await call('GET', `/${id}`)).status);
    expect(await Promise.all(statuses)).toEqual([404, 200, 200]);
  });

  it('that there is not is answered with 404, and the others are listed', async () => {
    const nobody = { bulkActionId: newId() };
    expect((await decide(nobody, 'start')).status).toBe(404);
    expect((await call('GET', `/${nobody.bulkActionId}`)).status).toBe(404);
    expect((await call('GET', `/${nobody.bulkActionId}/items`)).status).toBe(404);
    expect((await call('GET', '/x')).status).toBe(400);
    const { body } = await call<{ items: Bulk[]; nextCursor?: string }>('GET', '?limit=1');
    expect(body.items).toHaveLength(1);
    const next = await call<{ items: Bulk[] }>('GET', `?limit=100&cursor=${body.nextCursor}`);
    expect(next.body.items.map(({ bulkActionId }) => bulkActionId)).not.toContain(
      body.items[0]?.bulkActionId,
    );
  });
});
