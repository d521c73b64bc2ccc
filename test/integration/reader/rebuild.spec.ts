/**
 * Promises attacked here: a rebuild counts what the live code counts; until it is done the live tables
 * are as they were, and nothing that happens meanwhile is lost or counted twice; of all replicas one
 * rebuilds at a time, and one that was taken for dead does no harm; a store that knows too little
 * replaces nothing.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '#testing';
import { EventStoreServer } from '../../support/event-store.js';
import { ServiceWorld } from '../service-world.js';
import { counter, counterService, fact, live } from './counter.js';

describe('a rebuild', () => {
  let store: EventStoreServer;
  let world: ServiceWorld;
  beforeEach(async () => {
    store = await EventStoreServer.start();
    world = await ServiceWorld.start(counterService, { AUDIT_URL: store.url });
  }, 240_000);
  afterEach(async () => {
    await world?.stop();
    await store?.stop();
  });

  const total = async () => {
    const [row] = await world.database.query<{ amount: string }>('select amount from total');
    return row && Number(row.amount);
  };
  const ask = (swap: boolean) => world.ask('POST', '/rebuilds', { swap });
  const ended = (id: unknown) =>
    waitFor(
      async () => {
        const { body } = await world.ask('GET', `/rebuilds/${String(id)}`);
        return body['status'] === 'running' ? undefined : body;
      },
      { what: 'the rebuild to end' },
    );
  const rebuilt = async (swap: boolean) => ended((await ask(swap)).body['rebuildId']);
  const happened = async (...ids: readonly string[]) => {
    store.events.push(...ids.map((id) => fact(id)));
    await live(world, ...ids.map((id) => fact(id)));
  };
  const numbered = (count: number, prefix = '') =>
    Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(5, '0')}`);
  const asked = (times: number) =>
    waitFor(() => store.asked.length >= times, { what: `${times} questions to the store` });

  it('that only compares finds the same figures, and leaves all as it is', async () => {
    await happened(...numbered(2_500));
    const begun = await ask(false);
    expect(begun).toMatchObject({ status: 202, body: { status: 'running', swap: false } });
    expect(begun.headers['location']).toBe(`/rebuilds/${String(begun.body['rebuildId'])}`);
    const found = await ended(begun.body['rebuildId']);
    expect(found).toMatchObject({
      ...{ status: 'done', swapped: false, events: 2_500, refused: 0, missing: 0, ahead: 0 },
      identical: true,
    });
    expect(found['liveHash']).toMatch(/^[0-9a-f]{64}$/);
    expect(store.asked[0]?.getAll('type')).toEqual(['order.created']);
    const schemas = await world.database.query(
      `select from pg_namespace where nspname in ('shadow', 'retired')`,
    );
    expect(schemas).toEqual([]);
    expect(await total()).toBe(2_500);
  });

  it('says that figures differ, and puts them right where that is asked for', async () => {
    await happened('a', 'b', 'c');
    await world.database.query('update total set amount = 7');
    const compared = await rebuilt(false);
    expect(compared).toMatchObject({ status: 'done', identical: false, swapped: false });
    expect(await total()).toBe(7);
    const swapped = await rebuilt(true);
    expect(swapped).toMatchObject({ identical: false, swapped: true });
    expect(swapped['liveHash']).toBe(compared['liveHash']);
    expect(await total()).toBe(3);
    await live(world, fact('c'), fact('d'));
    expect(await total()).toBe(4);
    expect(await rebuilt(false)).toMatchObject({ status: 'failed', missing: 1 });
  });

  it('leaves everything that belongs to the tables under its name', async () => {
    const all = async () => [
      await world.database.query(
        `select conname, pg_get_constraintdef(oid) as is from pg_constraint
          where conrelid in ('seen'::regclass, 'total'::regclass) order by conname`,
      ),
      await world.database.query(
        `select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1`,
      ),
      await world.database.query(
        `select tgname, pg_get_triggerdef(oid) as is from pg_trigger where not tgisinternal`,
      ),
      await world.database.query(
        `select reloptions, relacl::text from pg_class where relname = 'seen'`,
      ),
      await world.database.query(
        `select relname from pg_class join pg_namespace n on n.oid = relnamespace
          where nspname = 'public' and relkind in ('r', 'S', 'v') order by 1`,
      ),
    ];
    await world.database.query('grant select on seen to public');
    await happened('a');
    const before = await all();
    expect(JSON.stringify(before)).toContain('seen_dear');
    for (let times = 0; times < 2; times += 1) {
      expect(await rebuilt(true)).toMatchObject({ swapped: true, identical: true });
      expect(await all()).toEqual(before);
    }
    await expect(world.database.query('delete from seen')).rejects.toThrow('facts stay');
    await happened('b');
    expect(await total()).toBe(2);
  });

  it('loses nothing that happens meanwhile, and counts nothing twice', async () => {
    await happened(...numbered(1_500));
    store.hold();
    const { body } = await ask(true);
    await asked(1);
    const ids = numbered(60, 'while-');
    let isOver = false;
    const working = (async () => {
      for (const id of ids) {
        await happened(id);
        if (id === ids[20]) store.release();
      }
      isOver = true;
    })();
    const found = await ended(body['rebuildId']);
    await working;
    expect(isOver).toBe(true);
    expect(found).toMatchObject({ status: 'done', identical: true, swapped: true, ahead: 0 });
    expect(await total()).toBe(1_560);
    expect(await rebuilt(false)).toMatchObject({ identical: true, missing: 0 });
  });

  it('counts what the live tables have not heard of, once', async () => {
    await happened('a');
    store.events.push(fact('b'));
    expect(await rebuilt(false)).toMatchObject({ identical: false, missing: 0, ahead: 1 });
    expect(await rebuilt(true)).toMatchObject({ swapped: true, ahead: 1 });
    expect(await total()).toBe(2);
    await live(world, fact('b'));
    expect(await total()).toBe(2);
  });

  it('replaces nothing when the store does not know all facts', async () => {
    await happened('a', 'b');
    await live(world, fact('only-here'));
    const found = await rebuilt(true);
    expect(found).toMatchObject({ status: 'failed', swapped: false, missing: 1 });
    expect(found['problem']).toContain(
      'not know 1 of the facts that are known here (seen only-here)',
    );
    expect(await total()).toBe(3);
    store.events.push(fact('only-here'));
    expect(await rebuilt(true)).toMatchObject({ swapped: true, identical: true });
  });

  it('replaces nothing that a migration has changed since it began', async () => {
    await happened('a');
    store.hold();
    const { body } = await ask(true);
    await asked(1);
    await world.database.query('alter table seen add column note text');
    store.release();
    const found = await ended(body['rebuildId']);
    expect(found).toMatchObject({ status: 'failed', swapped: false });
    expect(found['problem']).toContain('a migration has changed the tables');
    await world.database.query('select note from seen');
    expect(await rebuilt(true)).toMatchObject({ swapped: true, identical: true });
  });

  it('waits, while nobody writes, for a store that is a little behind', async () => {
    await happened('a');
    await live(world, fact('late'));
    const { body } = await ask(true);
    await asked(3);
    // The other one never comes here: it is counted by the rebuild, or by nobody.
    store.events.push(fact('lost'), fact('late'));
    expect(await ended(body['rebuildId'])).toMatchObject({ swapped: true, identical: true });
    expect(await total()).toBe(3);
  });

  it('leaves out what breaks its contract, as the live tables did', async () => {
    await happened(...numbered(40));
    store.events.splice(17, 0, fact('broken', 'none'));
    expect(await rebuilt(true)).toMatchObject({ refused: 1, events: 41, identical: true });
    expect(await total()).toBe(40);
  });

  it('is told of a reader that writes what it does not name, instead of changing it', async () => {
    await happened('a');
    const apply = counter.apply;
    const careless = counter as { apply: typeof apply };
    try {
      careless.apply = async (tx, events) => {
        await tx.query('insert into untouched values (1)');
        await apply(tx, events);
      };
      const found = await rebuilt(true);
      expect(found['problem']).toContain('relation "untouched" does not exist');
      careless.apply = async (tx) => void (await tx.query(`update rate set factor = 2`));
      expect((await rebuilt(true))['problem']).toContain('permission denied for view rate');
    } finally {
      careless.apply = apply;
    }
    expect(await world.database.query('select * from untouched')).toEqual([]);
  });

  it('asks for shorter pages where an answer would be too long', async () => {
    for (const id of numbered(600)) store.events.push(fact(id, 1, { text: 'x'.repeat(20_000) }));
    expect(await rebuilt(true)).toMatchObject({ swapped: true, events: 600 });
    expect(await total()).toBe(600);
    expect(store.asked.map((query) => Number(query.get('limit'))).slice(0, 3)).toEqual([
      ...[1000, 250, 63],
    ]);
  });

  it('runs alone, and says so to whoever asks for another', async () => {
    store.hold();
    const { body } = await ask(false);
    await asked(1);
    expect(await ask(true)).toMatchObject({
      status: 409,
      body: { code: 'rebuild-running', rebuildId: body['rebuildId'] },
    });
    store.release();
    await ended(body['rebuildId']);
    expect((await ask(false)).status).toBe(202);
  });

  it('that was taken for dead does no harm when it wakes up', async () => {
    await happened('a', 'b');
    store.hold();
    const first = (await ask(true)).body['rebuildId'];
    await asked(1);
    await world.database.query(
      `update rebuild set heartbeat_at = now() - interval '1 minute' where rebuild_id = $1`,
      [first],
    );
    const second = (await ask(false)).body['rebuildId'];
    expect(second).toBeDefined();
    await asked(2);
    store.release();
    expect(await ended(second)).toMatchObject({ status: 'done', identical: true });
    expect(await ended(first)).toMatchObject({ status: 'failed', swapped: false });
    expect((await ended(first))['problem']).toContain('ended');
    await waitFor(() => world.logged.some((line) => line.includes('taken for dead')), {
      what: 'the first one to notice',
    });
    const { items } = (await world.ask('GET', '/rebuilds')).body as { items: object[] };
    expect(items).toMatchObject([{ rebuildId: second }, { rebuildId: first }]);
  });

  it('that is stopped with its service has failed', async () => {
    store.hold();
    const { body } = await ask(true);
    await asked(1);
    const { database } = world;
    const stopping = world.app.close();
    store.release();
    await stopping;
    expect(body['rebuildId']).toBeDefined();
    await expect(database.query('select 1')).rejects.toThrow();
    expect(world.logged.join('\n')).toContain('the service was stopped');
  });

  it.each([
    [{}, 'swap'],
    [{ swap: 'yes' }, 'swap'],
    [{ swap: true, more: 1 }, 'more'],
  ])('is refused for %j', async (body, field) => {
    expect(await world.ask('POST', '/rebuilds', body)).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    });
    expect((await world.ask('GET', '/rebuilds/nothing')).status).toBe(400);
    const unknown = '/rebuilds/0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5d';
    expect((await world.ask('GET', unknown)).status).toBe(404);
  });
});
