/**
 * Promises attacked here: each fact has one entry, which says who did what and what has changed; the
 * entries are a chain, in which every change, also by those who have all rights, is found.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { chainFacts } from '../../../apps/audit/src/handlers/chain-facts.js';
import { verifyChain, type Verified } from '../../../apps/audit/src/domain/verify-chain.js';
import { chainSource } from '../../../apps/audit/src/persistence/chain-source.js';
import { testPostgres, waitFor, type PostgresServer } from '#testing';
import { deathAt } from '../participant-harness.js';
import { AuditWorld, aFact, holdBack } from './audit-world.js';

interface Entry {
  readonly n: number;
  readonly [more: string]: unknown;
}

describe('the audit log', () => {
  let world: AuditWorld;
  let postgres: PostgresServer;
  beforeAll(async () => {
    world = await AuditWorld.start();
    postgres = await testPostgres();
  }, 240_000);
  afterAll(async () => {
    await world?.stop();
    await postgres?.stop();
  });

  const facts = async () => {
    const rows = await world.database.query<{ n: string }>('select count(*) as n from event');
    return Number(rows[0]?.n);
  };
  const untilChained = async () => {
    const wanted = await facts();
    await waitFor(
      async () => {
        const { body } = await world.service.ask('GET', '/audit-log/head');
        return body['n'] === wanted;
      },
      { what: `${wanted} entries`, timeoutMs: 60_000 },
    );
  };
  const log = async (query: string) => {
    const { status, body } = await world.service.ask('GET', `/audit-log${query}`);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body as { items: Entry[]; nextCursor?: string };
  };
  const verify = (head?: string): Promise<Verified> =>
    verifyChain(chainSource(world.database), { pageSize: 3, ...(head !== undefined && { head }) });
  /** With all rights and without triggers; nobody adds entries meanwhile. */
  const asSuperuser = async <T>(work: (run: (sql: string) => Promise<unknown>) => Promise<T>) => {
    const [row] = await world.database.query<{ name: string }>('select current_database() as name');
    const url = new URL(postgres.url);
    url.pathname = `/${row?.name}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query('set session_replication_role = replica');
      await client.query(`select pg_advisory_lock(hashtext('audit-chain'))`);
      return await work((sql) => client.query(sql));
    } finally {
      await client.end();
    }
  };

  it('says who did what to what, and why', async () => {
    const more = { topic: 'merchant.events', source: 'merchant' };
    const tea = { merchantId: 'tea', name: 'Tea', feeRates: [{ bp: 1 }] };
    const created = aFact(
      'merchant.created',
      'tea',
      { ...tea, revision: 1 },
      {
        ...more,
        extensions: { actor: 'kim' },
      },
    );
    const updated = aFact(
      'merchant.updated',
      'tea',
      { ...tea, name: 'The Tea Shop', feeRates: [{ bp: 2 }], revision: 2, occurredAt: 'x' },
      { ...more, correlationid: 'saga-1', causationid: 'cause-1', time: '2026-11-26T13:00:00Z' },
    );
    await world.keep(created);
    await world.keep(updated);
    await untilChained();
    const { items } = await log('?objectType=merchant&objectId=tea');
    expect(items).toEqual([
      {
        ...{ n: 2, at: '2026-11-26T13:00:00.000Z', actor: 'service:merchant', source: 'merchant' },
        ...{ action: 'merchant.updated', objectType: 'merchant', objectId: 'tea', revision: 2 },
        ...{ cause: 'cause-1', saga: 'saga-1', eventId: updated.id, previousRevision: 1 },
        changes: [
          { path: '/name', before: 'Tea', after: 'The Tea Shop' },
          { path: '/feeRates/0/bp', before: 1, after: 2 },
        ],
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      expect.objectContaining({ n: 1, actor: 'kim', action: 'merchant.created', revision: 1 }),
    ]);
    expect(items[1]).not.toHaveProperty('changes');
  });

  it('tells what a count has changed of the stock, from whatever came before', async () => {
    const stock = (name: string, revision: number, onHand: number) =>
      aFact(
        `inventory.${name}`,
        'mug',
        { productId: 'mug', revision, onHand, reserved: 1 },
        {
          topic: 'inventory.events',
        },
      );
    await world.keep(stock('adjusted', 4, 9), stock('reserved', 2, 7));
    await untilChained();
    const { items } = await log('?objectType=stock&objectId=mug%40main');
    expect(items.find(({ action }) => action === 'inventory.adjusted')).toMatchObject({
      previousRevision: 2,
      changes: [{ path: '/onHand', before: 7, after: 9 }],
    });
  });

  it('is read by actor, object and time, page by page', async () => {
    for (let n = 0; n < 7; n += 1) {
      const time = new Date(Date.UTC(2025, 0, 1, 0, n)).toISOString();
      const extensions = { actor: n % 2 ? 'ann' : 'ben' };
      await world.keep(aFact('order.noted', `o${n}`, { n }, { time, extensions }));
    }
    await untilChained();
    const ids: unknown[] = [];
    let cursor = '';
    do {
      const page = await log(`?actor=ben&limit=3${cursor}`);
      ids.push(...page.items.map(({ objectId }) => objectId));
      cursor = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(ids).toEqual(['o6', 'o4', 'o2', 'o0']);
    const some = await log('?from=2025-01-01T00:02:00Z&to=2025-01-01T00:05:00Z&objectType=order');
    expect(some.items.map(({ objectId }) => objectId)).toEqual(['o4', 'o3', 'o2']);
  });

  it('is walked without more of the facts in memory than a page has room for', async () => {
    const big = 'v'.repeat(800_000);
    for (let n = 0; n < 3; n += 1) {
      await world.keep(...Array.from({ length: 5 }, () => aFact('order.wide', 'wide', { n, big })));
    }
    await untilChained();
    const source = chainSource(world.database);
    const pages: number[] = [];
    const verified = await verifyChain({
      ...source,
      events: async (...asked) => {
        const page = await source.events(...asked);
        pages.push(page.events.reduce((sum, { data }) => sum + data.length, 0));
        return page;
      },
    });
    expect(verified).toMatchObject({ entries: await facts() });
    expect(verified.broken).toBeUndefined();
    expect(Math.max(...pages)).toBeLessThan(9_000_000);
    expect(Math.max(...pages)).toBeGreaterThan(7_000_000);
  });

  it.each([
    ['?objectId=x', 'objectType'],
    ['?cursor=abc', 'cursor'],
    [`?cursor=${Buffer.from('2025-02-30T00:00:00.000Z 1').toString('base64url')}`, 'cursor'],
    ['?from=now', 'from'],
    ['?limit=101', 'limit'],
  ])('is not read where it makes no sense: %s', async (query, field) => {
    const { body } = await world.service.ask('GET', `/audit-log${query}`);
    expect(body).toMatchObject({ status: 400, errors: [{ field }] });
  });

  it('has one entry a fact, in one chain, whoever and however many make it', async () => {
    const held = aFact('order.noted', 'held', {});
    const commit = await holdBack(world, held);
    try {
      await Promise.all(
        Array.from({ length: 20 }, async (_, n) => {
          await world.keepUnseen(
            aFact('order.noted', `many ${n}`, { n }),
            aFact('order.x', 'y', { n }),
          );
          await chainFacts(world.database, 3);
        }),
      );
    } finally {
      await commit();
    }
    await untilChained();
    const verified = await verify();
    expect(verified).toMatchObject({ entries: await facts() });
    expect(verified.broken).toBeUndefined();
    const { body } = await world.service.ask('GET', '/audit-log/head');
    expect(body).toMatchObject({ n: verified.entries, hash: verified.head.hash });
  });

  it.each(['chain.before-commit', 'chain.after-commit'])(
    'has one entry a fact, though who makes them dies at %s',
    async (point) => {
      await untilChained();
      // The worker of the service comes there, too: it is one of them who dies.
      const death = deathAt(point);
      await world.keep(aFact('order.noted', point, {}), aFact('order.noted', point, {}));
      await chainFacts(world.database, 1).catch(() => undefined);
      await death;
      await untilChained();
      const verified = await verify();
      expect(verified).toMatchObject({ entries: await facts() });
      expect(verified.broken).toBeUndefined();
    },
  );

  it.each([
    ['update audit_entry set actor = $$nobody$$', /permission denied/],
    ['delete from audit_entry', /permission denied/],
    ['truncate audit_entry', /permission denied/],
  ])('gives the service no right to %s', async (statement, refusal) => {
    await expect(world.database.query(statement)).rejects.toThrow(refusal);
  });

  it.each<[string, string, string, string, number]>([
    [
      'audit_entry',
      'changed',
      'update audit_entry set actor = $$me$$ where n = 4',
      'changed-entry',
      4,
    ],
    ['audit_entry', 'taken out', 'delete from audit_entry where n = 5', 'missing-entry', 5],
    [
      ...(['audit_entry', 'with a new hash'] as const),
      'update audit_entry set hash = digest where n = 6',
      ...(['changed-entry', 6] as const),
    ],
    [
      ...(['audit_entry', 'put in'] as const),
      `insert into audit_entry select 1000000, xid, seq, source, event_id, at, actor, action,
         object_type, object_id, revision, cause, saga, previous_revision, changes, digest,
         chained_at, hash from audit_entry where n = 3`,
      ...(['missing-entry', 0] as const),
    ],
    ['event', 'changed', `update event set data = '{}' where seq = 2`, 'changed-fact', 2],
    ['event', 'given to others', `update event set key = 'x' where seq = 2`, 'changed-fact', 2],
    ['event', 'taken out', 'delete from event where seq = 3', 'missing-fact', 3],
    [
      ...(['event', 'put in'] as const),
      `insert into event overriding system value
         select month, xid, 3000000, source, 'forged', type, name, subject, time, at, topic, key,
           aggregate_type, aggregate_id, revision, data, correlation_id, causation_id, traceparent,
           extensions, partition, kafka_offset, bytes, digest, recorded_at from event where seq = 4`,
      ...(['added-fact', 5] as const),
    ],
  ])('finds in %s what was %s by who can do all', async (table, _, statement, kind, n) => {
    await asSuperuser(async (run) => {
      await run(`create table kept as select * from ${table}`);
      await run(statement);
      const { broken } = await verify();
      await run(`delete from ${table}`);
      await run(`insert into ${table} overriding system value select * from kept`);
      await run('drop table kept');
      expect(broken).toMatchObject({ kind, ...(n > 0 && { n: String(n) }) });
    });
    expect((await verify()).broken).toBeUndefined();
  });

  it('finds that its end was cut off, also when it has grown again, by a head noted elsewhere', async () => {
    const { head } = await verify();
    expect((await verify(head.hash)).broken).toBeUndefined();
    await world.keep(aFact('order.noted', 'after', {}));
    await untilChained();
    expect((await verify(head.hash)).broken).toBeUndefined();
    await asSuperuser((run) => run(`delete from audit_entry where n >= ${head.n}`));
    await untilChained();
    expect((await verify()).broken).toBeUndefined();
    expect((await verify(head.hash)).broken).toMatchObject({ kind: 'unknown-head' });
  });
});
