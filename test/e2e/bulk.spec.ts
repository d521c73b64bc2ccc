/** A bulk action, while the orchestrators that carry it out are killed: each saga has it once. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { TestWorld, waitFor } from '#testing';
import { call, get } from '../support/http.js';
import { Shop } from '../support/shop.js';
import { stepStates } from '../support/views.js';

jest.setTimeout(240_000);

const ORDERS = 40;

interface Bulk {
  readonly bulkActionId: string;
  readonly state: string;
  readonly progress: Readonly<Record<'size' | 'waiting' | 'done' | 'refused' | 'moved', number>>;
}

describe('a bulk action whose orchestrators are killed', () => {
  let world: TestWorld;
  let shop: Shop;
  let headers: Record<string, string>;
  beforeAll(async () => {
    // nobody charges, and nothing is asked for again of its own accord
    const env = { STEP_TIMEOUT_MS: '3600000', BULK_APPROVAL_ABOVE: '1000' };
    world = await TestWorld.start({
      apps: ['order', 'orchestrator', 'inventory'],
      env: { orchestrator: env },
    });
    await world.startApp('orchestrator', { replica: 'second' });
    headers = { 'x-api-key': await world.adminKey('operator') };
    shop = new Shop(world);
  }, 240_000);
  afterAll(() => world?.stop(), 240_000);

  /** Of whichever replica is there. */
  const url = () => `${world.app('orchestrator').url}/admin/bulk-actions`;
  const look = (id: string) => get<Bulk>(`${url()}/${id}`, headers);

  async function started(deed: object, filter: object): Promise<string> {
    const json = { ...deed, filter, reason: 'a release has a fault', perSecond: 8 };
    const made = await call<Bulk>(url(), { json, headers });
    expect(made).toMatchObject({ status: 201, body: { progress: { size: ORDERS, refused: 0 } } });
    const id = made.body.bulkActionId;
    const start = await call(`${url()}/${id}/start`, { json: { reason: 'now' }, headers });
    expect(start.status).toBe(200);
    return id;
  }

  const until = (id: string, what: string, holds: (bulk: Bulk) => boolean) =>
    waitFor(
      async () => {
        const bulk = await look(id).catch(() => undefined);
        return bulk && holds(bulk) ? bulk : undefined;
      },
      { what, timeoutMs: 150_000 },
    );

  it('is done once to each, and goes on where it was', async () => {
    const productId = await shop.product(2 * ORDERS);
    const orders = await Promise.all(
      Array.from({ length: ORDERS }, () => shop.placeOne({ productId })),
    );
    for (const orderId of orders) {
      await shop.untilSagaIs(
        orderId,
        'charging',
        (saga) => stepStates(saga)['charge-payment'] === 'sent',
      );
    }
    const held = await started({ action: 'hold' }, { step: 'charge-payment' });
    await until(held, 'a part of it', ({ progress }) => progress.done >= 5);
    world.app('orchestrator', 'second').kill('SIGKILL');
    await until(held, 'more of it', ({ progress }) => progress.done >= 15);
    world.app('orchestrator').kill('SIGKILL');
    await world.app('orchestrator').exited;
    await world.startApp('orchestrator');
    const done = await until(held, 'the end', ({ state }) => state === 'finished');
    expect(done.progress).toEqual({ size: ORDERS, waiting: 0, done: ORDERS, refused: 0, moved: 0 });
    const released = await started({ action: 'release' }, { held: 'true' });
    await until(released, 'the end', ({ state }) => state === 'finished');
    const acts = await actsOf(world);
    expect(acts.map(({ saga_id }) => saga_id).toSorted()).toEqual(
      (await shop.sagas()).map(({ sagaId }) => sagaId).toSorted(),
    );
    for (const { whats, revisions } of acts) {
      expect(whats).toEqual(['saga.hold', 'saga.release']);
      expect(revisions[1]).toBe((revisions[0] ?? 0) + 1);
    }
  });
});

interface Acts {
  readonly saga_id: string;
  readonly whats: readonly string[];
  readonly revisions: readonly number[];
}

async function actsOf(world: TestWorld): Promise<Acts[]> {
  const client = new pg.Client({ connectionString: world.database('orchestrator').url });
  await client.connect();
  try {
    const { rows } = await client.query<Acts>(
      `select saga_id, array_agg(what order by id) as whats,
              array_agg(revision_after order by id) as revisions
         from intervention where saga_id is not null group by saga_id`,
    );
    return rows;
  } finally {
    await client.end();
  }
}
