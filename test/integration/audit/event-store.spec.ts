/**
 * Promises attacked here: each fact is kept once and as it was, whatever it holds and whenever it was;
 * what is read on from a cursor misses nothing that is committed later; nothing kept is changed.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { ReceivedEvent } from '#messaging';
import { runSql, testPostgres, waitFor } from '#testing';
import { readEventsIn, type EventFilter } from '../../../apps/audit/src/persistence/read-events.js';
import { START } from '../../../apps/audit/src/domain/stored-event.js';
import { refuseForeignPlaces } from '../../../apps/audit/src/persistence/foreign-places.js';
import { AuditWorld, aFact, holdBack } from './audit-world.js';

describe('the event store', () => {
  let world: AuditWorld;
  beforeAll(async () => {
    world = await AuditWorld.start();
  }, 240_000);
  afterAll(() => world?.stop());

  const of = (id: string) => world.readAll(`&aggregateType=order&aggregateId=${id}`, 3);
  const count = async (sql: string, params: unknown[] = []) =>
    Number((await world.database.query<{ n: string }>(sql, params))[0]?.n);

  it('keeps a fact with all that came with it', async () => {
    const fact = aFact(
      'merchant.updated',
      'tea',
      { revision: 3, b: 1, a: 'zero \0 and half \ud800', 2: 'x' },
      {
        ...{ topic: 'merchant.events', key: 'k', source: 'merchant', correlationid: 'saga-1' },
        ...{ causationid: 'cause', traceparent: '00-1-2-03', extensions: { chain: '1 1*x' } },
      },
    );
    await world.keep(fact);
    const [item] = await world.readAll('&aggregateType=merchant&aggregateId=tea', 3);
    const { headers: _, partition: __, offset: ___, ...told } = fact;
    expect(item).toEqual({
      ...told,
      ...{ aggregateType: 'merchant', aggregateId: 'tea', revision: 3 },
    });
    expect(JSON.stringify(item?.data)).toBe(JSON.stringify(fact.data));
  });

  it('keeps each once, however often and with whom it comes', async () => {
    const facts = [1, 2, 3].map((revision) => aFact('order.confirmed', 'once', { revision }));
    const [a, b, c] = facts as [(typeof facts)[0], (typeof facts)[0], (typeof facts)[0]];
    await world.keep(a, a, b);
    await world.keep(a, b, c);
    await Promise.all(Array.from({ length: 5 }, () => world.keep(c, b, a)));
    expect((await of('once')).map(({ id }) => id)).toEqual([a.id, b.id, c.id]);
    expect(await count('select count(*) as n from event_conflict')).toBe(0);
  });

  it('keeps what says something else under the same id apart, once, and says so', async () => {
    const fact = aFact('order.confirmed', 'liar', { revision: 1 });
    const other = { ...fact, data: { revision: 2 } };
    const later = { ...fact, time: '2026-12-26T12:00:00.000Z' };
    await world.keep(fact, { ...fact, extensions: { chain: 'another' } }, other);
    await world.keep(other, later);
    expect(await of('liar')).toMatchObject([{ data: { revision: 1 } }]);
    const rows = await world.database.query<{ data: unknown; time: string }>(
      'select data, time from event_conflict where event_id = $1 order by conflict_id',
      [fact.id],
    );
    expect(rows).toEqual([
      { data: { revision: 2 }, time: fact.time },
      { data: { revision: 1 }, time: later.time },
    ]);
    const listed = await world.service.ask('GET', '/conflicts?limit=1');
    expect(listed.body['items']).toMatchObject([
      {
        id: fact.id,
        source: 'test',
        time: later.time,
        data: { revision: 1 },
        offset: later.offset,
      },
    ]);
    const before = String(listed.body['nextCursor']);
    const older = await world.service.ask('GET', `/conflicts?cursor=${before}`);
    expect(older.body['items']).toMatchObject([{ data: { revision: 2 } }]);
    expect((await world.service.ask('GET', '/conflicts?cursor=eA')).status).toBe(400);
    const told = world.service.logged.filter((line) => line.includes('says something else'));
    expect(told).toHaveLength(2);
  });

  it('keeps facts of types and with data that nobody knows, of any length', async () => {
    const odd = [
      aFact('order.teleported', 'odd', { revision: 'many' }),
      aFact('x', 'odd', 'a text', { type: `org.else.${'y'.repeat(4_000)}` }),
      aFact('order.', 'odd', null),
      aFact('inventory.reserved', 'odd', [1, 2], { topic: 'inventory.events' }),
      aFact('order.x', 'odd', { z: 1 }, { id: 'i'.repeat(5_000), source: 's\0'.repeat(3_000) }),
    ];
    await world.keep(...odd);
    const kept = await of('odd');
    expect(kept.map(({ data }) => data)).toEqual([{ revision: 'many' }, 'a text', null, { z: 1 }]);
    expect(kept.every((item) => !('revision' in item))).toBe(true);
    expect(kept[1]?.['type']).toBe(odd[1]?.type);
    expect(await world.readAll('&aggregateType=stock&aggregateId=odd', 3)).toHaveLength(1);
  });

  it.each([
    ['the future', '2999-01-01T00:00:00Z', 'event_ahead'],
    ['the past', '1999-12-31T23:59:59.999Z', 'event_past'],
    ['before all calendars', '0000-01-01T00:00:00Z', 'event_past'],
    ['after all calendars', '9999-12-31T23:59:59-23:59', 'event_ahead'],
    ['an old month', '2021-02-28T23:59:59.999Z', 'event_202102'],
    ['the month after', '2021-03-01T00:00:00Z', 'event_202103'],
    ['no time at all', 'yesterday', undefined],
  ])('keeps a fact of %s', async (_, time, table) => {
    const fact = aFact('order.confirmed', `at ${time}`, { revision: 1 }, { time });
    await world.keep(fact, aFact('order.confirmed', 'now', {}, { time: new Date().toISOString() }));
    await world.keep(fact);
    expect(await of(encodeURIComponent(fact.subject))).toMatchObject([{ id: fact.id, time }]);
    const [row] = await world.database.query<{ table: string }>(
      'select tableoid::regclass::text as table from event where event_id = $1',
      [fact.id],
    );
    if (table !== undefined) expect(row?.table).toBe(table);
  });

  it('has the partitions of the next months before they are needed', async () => {
    const made = await count(`select count(*) as n from pg_inherits
      where inhparent = 'event'::regclass and inhrelid::regclass::text >=
        'event_' || to_char(now() - interval '1 day', 'YYYYMM') and inhrelid::regclass::text like 'event_2%'`);
    expect(made).toBeGreaterThanOrEqual(3);
  });

  it('can be asked by aggregate, type, and time, in pages that fit together', async () => {
    const times = Array.from({ length: 20 }, (_, n) =>
      new Date(Date.UTC(2025, 0, 1 + n)).toISOString(),
    );
    const facts = times.flatMap((time, n) => [
      aFact(
        n % 2 ? 'refund.failed' : 'refund.completed',
        `p${n % 3}`,
        { n },
        {
          ...{ time, topic: 'payment.events' },
        },
      ),
      aFact('shipment.lost', `p${n % 3}`, { n }, { time, topic: 'shipment.events' }),
    ]);
    for (const fact of facts.toReversed()) await world.keep(fact);
    const found = async (filter: string) =>
      (await world.readAll(`${filter}&from=2025-01-01T00:00:00Z&to=2025-02-01T00:00:00Z`, 3)).map(
        ({ data }) => (data as { n: number }).n,
      );
    const ns = Array.from({ length: 20 }, (_, n) => n).toReversed();
    expect(await found('')).toEqual(ns.flatMap((n) => [n, n]));
    expect(await found('&type=shipment.lost')).toEqual(ns);
    expect(await found('&type=com.example.refund.failed')).toEqual(ns.filter((n) => n % 2));
    expect(await found('&type=refund.failed&type=shipment.lost')).toHaveLength(30);
    expect(await found('&aggregateType=payment')).toEqual(ns);
    expect(await found('&aggregateType=payment&type=shipment.lost')).toEqual([]);
    expect(await found('&aggregateType=payment&aggregateId=p1')).toEqual(
      ns.filter((n) => n % 3 === 1),
    );
    expect(await found('&aggregateType=payment&aggregateId=p1&type=refund.failed')).toEqual(
      ns.filter((n) => n % 3 === 1 && n % 2 === 1),
    );
    const day = '&from=2025-01-05T00:00:00Z&to=2025-01-06T00:00:00Z';
    expect(await world.readAll(day, 1)).toHaveLength(2);
  });

  it('hands out no more at once than fits into memory, and the rest next time', async () => {
    const big = 'b'.repeat(800_000);
    for (let n = 0; n < 3; n += 1) {
      const facts = Array.from({ length: 5 }, (_, i) => aFact('order.big', 'big', { n, i, big }));
      await world.keep(...facts);
    }
    const filter = '&aggregateType=order&aggregateId=big';
    const page = await world.page(`?limit=1000${filter}`);
    expect(page).toMatchObject({ more: true });
    expect(page.items.length).toBeLessThan(12);
    expect(await world.readAll(filter, 1000)).toHaveLength(15);
    let rowsRead = 0;
    await world.database.transaction((tx) =>
      readEventsIn(
        {
          query: async <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> => {
            const rows = await tx.query<Row>(sql, params);
            if (!sql.startsWith('set')) rowsRead += rows.length;
            return rows;
          },
        },
        { after: START, limit: 1000, aggregateType: 'order', aggregateId: 'big' },
      ),
    );
    expect(rowsRead).toBe(page.items.length);
  });

  it('reads on from a cursor without missing what is committed later with a lower number', async () => {
    const early = aFact('order.raced', 'raced', { n: 1 });
    const late = aFact('order.raced', 'raced', { n: 2 });
    const filter = '&aggregateType=order&aggregateId=raced';
    const before = (await world.page(`?limit=5${filter}`)).cursor;
    // Takes its numbers first, and commits last.
    const commit = await holdBack(world, early);
    let meanwhile;
    try {
      await world.keepUnseen(late);
      meanwhile = await world.page(`?limit=5${filter}&after=${before}`);
      expect(meanwhile).toMatchObject({ items: [], more: false });
    } finally {
      await commit();
    }
    await world.untilSeen();
    const then = await world.page(`?limit=5${filter}&after=${meanwhile.cursor}`);
    expect(then.items.map(({ id }) => id)).toEqual([early.id, late.id]);
    const end = await world.page(`?limit=5${filter}&after=${then.cursor}`);
    expect(end.items).toEqual([]);
  });

  it('is held up by a transaction of its own database, and by none of another one', async () => {
    const ids = async () =>
      (await world.page('?limit=5&aggregateType=order&aggregateId=apart')).items.map(
        ({ id }) => id,
      );
    const [first, held, late] = [1, 2, 3].map((n) => aFact('order.apart', 'apart', { n })) as [
      ...[ReceivedEvent, ReceivedEvent, ReceivedEvent],
    ];
    const foreign = await openElsewhere();
    try {
      await world.keepUnseen(first);
      await waitFor(async () => (await ids()).length === 1, { what: 'the first fact' });
      const commit = await holdBack(world, held);
      const other = await openElsewhere();
      try {
        await world.keepUnseen(late);
        expect(await runningBelow(late)).toEqual(
          expect.arrayContaining([foreign.xid, other.xid, expect.anything()]),
        );
        expect(await ids()).toEqual([first.id]);
      } finally {
        await commit();
        await other.end();
      }
      await waitFor(async () => (await ids()).length === 3, { what: 'all three facts' });
      expect(await ids()).toEqual([first.id, held.id, late.id]);
      expect(await runningBelow(late)).toContain(foreign.xid);
    } finally {
      await foreign.end();
    }
  });

  /** Transactions of the server that run and are older than the one that kept the fact. */
  async function runningBelow({ id }: ReceivedEvent): Promise<string[]> {
    const rows = await world.database.query<{ xid: string }>(
      `select running.xid::text as xid
         from pg_snapshot_xip(pg_current_snapshot()) as running (xid), event
        where event.event_id = $1 and running.xid < event.xid`,
      [id],
    );
    return rows.map(({ xid }) => xid);
  }

  it.each([
    ['update event set subject = $$x$$', /permission denied/],
    ['delete from event', /permission denied/],
    ['truncate event', /permission denied/],
    ['update event_ahead set subject = $$x$$', /permission denied/],
    ['delete from event_202102', /permission denied/],
    ['truncate event_202102', /permission denied/],
    ['update event_key set digest = key', /permission denied/],
    ['delete from event_key', /permission denied/],
    ['delete from event_conflict', /permission denied/],
    ['truncate event_conflict', /permission denied/],
  ])('gives the service no right to %s', async (statement, refusal) => {
    await expect(world.database.query(statement)).rejects.toThrow(refusal);
  });

  it.each([
    'update event set subject = subject',
    'delete from event',
    'truncate event',
    'truncate event_past',
    'update event_ahead set subject = subject',
    'delete from event_202102',
    'truncate event_202102',
    'update event_key set digest = key',
    'delete from event_conflict',
    'truncate event_key',
  ])('refuses even those who have every right: %s', async (statement) => {
    const [{ name } = { name: '' }] = await world.database.query<{ name: string }>(
      'select current_database() as name',
    );
    const postgres = await testPostgres();
    try {
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      await expect(runSql(url.href, [statement])).rejects.toThrow(/is append-only/);
    } finally {
      await postgres.stop();
    }
  });

  it('is not opened on a server that is behind its transactions', async () => {
    await expect(refuseForeignPlaces(world.database)).resolves.toBeUndefined();
    await world.database
      .transaction(async (tx) => {
        await tx.query(`
          insert into event (xid, month, source, event_id, type, name, subject, time, at, topic,
            key, aggregate_type, aggregate_id, data, partition, kafka_offset, bytes, digest)
          values ('999999999999', '-infinity', 's', 'e', 't', 'n', 's', 'x', '2000-01-01', 't', 'k',
            'x', 'x', '{}', 0, 0, 2, '')`);
        await expect(refuseForeignPlaces(tx)).rejects.toThrow(/pg_resetwal/);
        throw new Error('not to be kept');
      })
      .catch((error: Error) => expect(error.message).toBe('not to be kept'));
  });

  describe('with many facts', () => {
    beforeAll(async () => {
      await world.database.query(`
        insert into event (month, source, event_id, type, name, subject, time, at, topic, key,
          aggregate_type, aggregate_id, data, partition, kafka_offset, bytes, digest)
        select '2021-02-01', 's', n, 't', 'name' || n % 30, n, 'x', timestamptz '2021-02-01' + n *
          interval '1 minute', 't', 'k', 'type' || n % 10, n, '{}', 0, 0, 2, ''
          from generate_series(1, 20000) as n`);
      await world.database.query('analyze event');
    }, 240_000);

    it.each<[string, EventFilter]>([
      ['pkey', {}],
      ['aggregate_type_aggregate_id_xid_seq_idx', { aggregateType: 'type1', aggregateId: '1' }],
      [
        'aggregate_type_aggregate_id_xid_seq_idx',
        { aggregateType: 'type1', aggregateId: '1', names: ['name1'] },
      ],
      ['aggregate_type_xid_seq_idx', { aggregateType: 'type1' }],
      ['name_xid_seq_idx', { names: ['name1', 'name2'] }],
      [
        'name_xid_seq_idx',
        { names: ['name1'], aggregateType: 'type1', from: '2021-02-01T00:00:00Z' },
      ],
      ['at_xid_seq_month_idx', { from: '2021-02-01T00:00:00Z', to: '2021-02-02T00:00:00Z' }],
      ['pkey', { from: '2021-02-01T00:00:00Z', to: '2021-02-12T00:00:00Z' }],
    ])('reads along the index %s what is asked for by %j', async (index, filter) => {
      const plan: string[] = [];
      await world.database.transaction((tx) =>
        readEventsIn(
          {
            query: async <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> => {
              if (sql.startsWith('set')) return tx.query(sql);
              const lines = await tx.query<Record<string, string>>(`explain ${sql}`, params);
              plan.push(...lines.map((line) => line['QUERY PLAN'] ?? ''));
              return [];
            },
          },
          { after: START, limit: 100, ...filter },
        ),
      );
      const scans = plan.filter((line) => / on event_202102 /.test(line));
      expect(scans[0]).toContain(`using event_202102_${index}`);
    });
  });
});

/** A transaction with a number, in another database of the same server. */
async function openElsewhere(): Promise<{ xid: string; end: () => Promise<void> }> {
  const postgres = await testPostgres();
  const other = new pg.Client({ connectionString: postgres.url });
  await other.connect();
  await other.query('begin');
  await other.query('set local idle_in_transaction_session_timeout = 0');
  const { rows } = await other.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
  const end = async () => {
    await other.end();
    await postgres.stop();
  };
  return { xid: rows[0]?.xid ?? '', end };
}
