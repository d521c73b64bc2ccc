/**
 * Promises attacked here: a closed day takes no entry, whoever books at the same moment; its hash is
 * that of its entries, in whatever order they came, and of the day before; each day is closed and told
 * of once; a ledger that is rebuilt is the same one, with the same days.
 */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DayCloser } from '../../apps/accounting/src/handlers/day-closer.js';
import { factEvent } from '../../apps/accounting/src/fixtures/facts.js';
import { dayClosed } from '#contracts';
import type { CloudEvent } from '#messaging';
import { waitFor } from '#testing';
import { verifyLedger } from '../../tools/ledger/verify.js';
import { EventStoreServer } from '../support/event-store.js';
import { AccountingWorld } from './accounting-world.js';
import { silent, type Replica } from './participant-harness.js';

const DAY = '2026-11-20';
const at = (day: string, data: object = {}): CloudEvent =>
  factEvent('payment.completed', {
    ...{ orderId: randomUUID(), amount: 1000, fee: 30, occurredAt: `${day}T12:00:00.000Z` },
    ...data,
  });

describe('closing days', () => {
  let store: EventStoreServer;
  let world: AccountingWorld;
  beforeEach(async () => {
    store = await EventStoreServer.start();
    world = await AccountingWorld.start({ AUDIT_URL: store.url });
  }, 240_000);
  afterEach(async () => {
    await world?.stop();
    await store?.stop();
  });

  const close = (day: string) => world.world.ask('POST', '/day-closes', { day });
  const closed = (day: string) =>
    waitFor(
      async () => {
        const { body } = await world.ask(`/day-closes/${day}`);
        return body['status'] === 'closed' ? body : undefined;
      },
      { what: `${day} to be closed`, intervalMs: 10 },
    );
  const told = async () =>
    (await world.world.told())
      .filter(({ topic }) => topic === 'accounting.events')
      .map(({ data }) => dayClosed.data.parse(data));
  const daysOf = async (...events: readonly CloudEvent[]) => {
    const rows = await world.database.query<{ id: string; day: string }>(
      `select event_id as id, to_char(day, 'YYYY-MM-DD') as day from entry where event_id = any($1)`,
      [events.map(({ id }) => id)],
    );
    return events.map(({ id }) => rows.find((row) => row.id === id)?.day);
  };
  const closer = (replica: Replica, graceMs?: number, isCaughtUp = true) =>
    new DayCloser({
      ...{ database: replica.database, outbox: replica.outbox, log: silent },
      ...{ graceMs, everyMs: 20, isCaughtUp: () => Promise.resolve(isCaughtUp) },
    });

  it('books what comes later on the first open day, and keeps when it happened', async () => {
    const first = at(DAY);
    await world.deliver([first]);
    const asked = await close('2026-11-21');
    expect([200, 202]).toContain(asked.status);
    await closed('2026-11-21');
    const late = at(DAY, { occurredAt: `${DAY}T23:00:00.000Z` });
    const open = at('2026-11-22');
    await world.deliver([late, open, first]);
    expect(await daysOf(first, late, open)).toEqual([DAY, '2026-11-22', '2026-11-22']);
    const [entry] = await world.database.query<{ at: Date }>(
      'select occurred_at as at from entry where event_id = $1',
      [late.id],
    );
    expect(entry?.at.toISOString()).toBe(`${DAY}T23:00:00.000Z`);
    const found = await world.get<{ items: { day: string; entries: number }[] }>('/day-closes');
    expect(found.items.map(({ day, entries }) => [day, entries])).toEqual([
      ['2026-11-21', 0],
      [DAY, 1],
    ]);
  });

  it('gives the same hash whatever the order of arrival, and chains it', async () => {
    const events = Array.from({ length: 2_100 }, (_, n) =>
      at(DAY, { orderId: randomUUID(), amount: 100 + n }),
    );
    const next = at('2026-11-21');
    await world.deliver(events.slice(0, 1_000));
    await world.deliver(events.slice(1_000));
    await world.deliver([next]);
    const other = await AccountingWorld.start();
    try {
      await other.deliver([...events.toReversed(), next]);
      for (const one of [world, other]) {
        await one.world.ask('POST', '/day-closes', { day: DAY });
        await one.world.ask('POST', '/day-closes', { day: '2026-11-21' });
      }
      const shown = async (one: AccountingWorld) => {
        await waitFor(
          async () => (await one.ask('/day-closes/2026-11-21')).body['status'] === 'closed',
          { what: 'both days to be closed' },
        );
        const { items } = await one.get<{ items: Record<string, unknown>[] }>('/day-closes');
        return items.map(({ day, entries, hash, previousHash }) => ({
          ...{ day, entries, hash, previousHash },
        }));
      };
      const [second, first] = await shown(world);
      expect(await shown(other)).toEqual([second, first]);
      expect(first).toMatchObject({ entries: 2_100, previousHash: undefined });
      expect(second).toMatchObject({ entries: 1, previousHash: first?.['hash'] });
    } finally {
      await other.stop();
    }
  });

  it('tells of each day once, with what it is shown with', async () => {
    await world.deliver([at(DAY), at('2026-11-22')]);
    await Promise.all(Array.from({ length: 5 }, () => close('2026-11-23')));
    const last = await closed('2026-11-23');
    expect((await close('2026-11-23')).status).toBe(200);
    const facts = await told();
    expect(facts.map(({ day }) => day)).toEqual([DAY, '2026-11-22', '2026-11-23']);
    expect(facts.at(-1)).toMatchObject({
      ...{ entries: 0, hash: last['hash'], previousHash: facts[1]?.hash },
    });
    const [row] = await world.world.told('2026-11-23');
    expect(row).toMatchObject({ id: 'accounting.day-closed:2026-11-23@1' });
  });

  it('races with bookings in two replicas, and no entry gets into a closed day', async () => {
    const replicas = await Promise.all([world.replica(), world.replica()]);
    const closers = replicas.map((replica) => closer(replica));
    await world.deliver([at('2026-11-01')]);
    const days = Array.from({ length: 12 }, (_, n) => `2026-11-${String(n + 1).padStart(2, '0')}`);
    let isOver = false;
    const booking = replicas.map(async (replica) => {
      for (let n = 0; !isOver; n += 1) {
        const batch = days.map((day) => at(day, { currency: 'RAC', amount: 1 + n }));
        await world.deliver(batch, { by: replica.outbox });
      }
    });
    for (const day of days) {
      await Promise.all(closers.map((one) => one.end(day)));
      while ((await Promise.all(closers.map((one) => one.closeNext()))).some(Boolean));
    }
    isOver = true;
    await Promise.all(booking);
    await closed(days.at(-1) ?? '');
    const broken = await world.database.query(
      `select c.day, c.entries, count(e.entry_id) as found from day_close c
         left join entry e on e.day = c.day group by c.day
        having count(e.entry_id) <> c.entries`,
    );
    expect(broken).toEqual([]);
    const late = await world.database.query(
      `select e.entry_id from entry e join day_end d on d.day = e.day where e.booked_at > d.ended_at`,
    );
    expect(late).toEqual([]);
    const counts = await world.database.query<{ days: number; closes: number }>(
      'select (select count(*)::int from day_end) as days, (select count(*)::int from day_close) as closes',
    );
    expect(counts).toEqual([{ days: 12, closes: 12 }]);
    const facts = replicas.flatMap(({ published }) =>
      published.filter(({ topic }) => topic === 'accounting.events').map(({ key }) => key),
    );
    const all = [...facts, ...(await told()).map(({ day }) => day)];
    expect(all.toSorted()).toEqual(days);
  });

  it('goes on where a replica died between the two steps', async () => {
    await world.deliver([at(DAY)]);
    await world.database.query('insert into day_end (day) values ($1::date)', [DAY]);
    expect((await world.ask(`/day-closes/${DAY}`)).body).toMatchObject({ status: 'closing' });
    const other = closer(await world.replica());
    other.onApplicationBootstrap();
    try {
      expect(await closed(DAY)).toMatchObject({ entries: 1 });
    } finally {
      await other.beforeApplicationShutdown();
    }
  });

  it('happens of its own accord when the grace is over, and the ledger has read all', async () => {
    const graceMs = 3_600_000;
    // The day that is over since the grace may be another one by the time that it is looked for.
    const over = () => new Date(Date.now() - graceMs - 86_400_000).toISOString().slice(0, 10);
    const yesterday = over();
    const run = async (one: DayCloser, until: () => Promise<unknown>) => {
      one.onApplicationBootstrap();
      try {
        return await waitFor(until, { what: 'the day', intervalMs: 10 });
      } finally {
        await one.beforeApplicationShutdown();
      }
    };
    const replica = await world.replica();
    const ends = async () =>
      world.database.query<{ day: string }>(
        `select to_char(day, 'YYYY-MM-DD') as day from day_end order by day`,
      );
    // nothing was booked: the ledger has not begun
    let looks = 0;
    const counting = (isCaughtUp: boolean) =>
      new DayCloser({
        ...{ database: replica.database, outbox: replica.outbox, log: silent, graceMs, everyMs: 5 },
        isCaughtUp: () => Promise.resolve(((looks += 1), isCaughtUp)),
      });
    const idle = counting(true);
    idle.onApplicationBootstrap();
    await idle.beforeApplicationShutdown();
    expect(await ends()).toEqual([]);
    await world.deliver([at('2026-11-02'), at(yesterday)]);
    looks = 0;
    await run(counting(false), () => Promise.resolve(looks > 3));
    expect(await ends()).toEqual([]);
    await run(counting(true), async () => (await ends()).length > 0);
    const found = await ends();
    expect([[yesterday], [over()]]).toContainEqual(found.slice(1).map(({ day }) => day));
    expect(found[0]).toEqual({ day: '2026-11-02' });
  });

  it('refuses days that are not over, and those closed with a later one', async () => {
    await world.deliver([at(DAY)]);
    // Tomorrow is not over either when it is past midnight by then.
    for (const aheadMs of [60_000, 86_400_000]) {
      const day = new Date(Date.now() + aheadMs).toISOString().slice(0, 10);
      expect(await close(day)).toMatchObject({ status: 422, body: { errors: [{ field: 'day' }] } });
    }
    expect(await close('2026-02-30')).toMatchObject({ status: 400 });
    await close('2026-11-21');
    expect(await close('2026-11-10')).toMatchObject({ status: 409, body: { code: 'day-closed' } });
    expect((await close(DAY)).status).toBeLessThan(300);
    expect((await world.ask('/day-closes/2026-11-10')).status).toBe(404);
  });

  it('is refused to everybody by the database, too', async () => {
    await world.deliver([at(DAY)]);
    await close(DAY);
    const copy = world.database.transaction(async (tx) => {
      await tx.query(`create temporary table copied on commit drop as select * from entry`);
      await tx.query(
        `with e as (insert into entry select gen_random_uuid(), source, 'x', name, aggregate_type,
                           aggregate_id, 77, merchant_id, occurred_at, day, now(), lines, content
                      from copied returning *)
         insert into entry_line select e.entry_id, l.line, account, l.merchant_id, currency, debit,
                                       credit, l.day, l.occurred_at
                from e, entry_line l`,
      );
    });
    await expect(copy).rejects.toThrow(`the day ${DAY} is closed`);
  });

  describe('and rebuilding', () => {
    const rebuilt = async (swap: boolean) => {
      const { body } = await world.world.ask('POST', '/rebuilds', { swap });
      return waitFor(
        async () => {
          const found = (await world.ask(`/rebuilds/${String(body['rebuildId'])}`)).body;
          return found['status'] === 'running' ? undefined : found;
        },
        { what: 'the rebuild to end' },
      );
    };
    const happened = async (...events: readonly CloudEvent[]) => {
      store.events.push(
        ...events.map((event) => ({ ...event, topic: 'payment.events', key: event.subject })),
      );
      await world.deliver(events);
    };
    const triggers = () =>
      world.database.query(
        `select tgrelid::regclass::text as on, tgname, tgenabled, pg_get_triggerdef(oid) as is
           from pg_trigger where not tgisinternal order by 1, 2`,
      );

    it('gives the same ledger, with its days, guards and figures', async () => {
      const orderId = randomUUID();
      await happened(at(DAY), at(DAY, { orderId }), at('2026-11-21'));
      await close(DAY);
      await closed(DAY);
      const refund = factEvent('refund.completed', {
        ...{ orderId, refunded: 10, revision: 9, occurredAt: `${DAY}T13:00:00Z` },
      });
      await happened(refund);
      const guarded = await triggers();
      expect(guarded).toHaveLength(6);
      expect(await rebuilt(false)).toMatchObject({ status: 'done', identical: true });
      expect(await rebuilt(true)).toMatchObject({ identical: true, swapped: true });
      expect(await triggers()).toEqual(guarded);
      expect(await daysOf(refund)).toEqual(['2026-11-21']);
      await expect(world.database.query('delete from entry')).rejects.toThrow('only ever added');
      const late = at(DAY);
      await happened(late, refund);
      expect(await daysOf(late)).toEqual(['2026-11-21']);
      expect(await rebuilt(false)).toMatchObject({ identical: true });
    });

    it('loses nothing that is booked meanwhile, and has nothing twice', async () => {
      await happened(...Array.from({ length: 300 }, () => at(DAY)));
      const other = await world.replica();
      let isOver = false;
      let booked = 300;
      const booking = (async () => {
        while (!isOver) {
          const events = [at(DAY), at('2026-11-21')];
          await happened(...events);
          await world.deliver(events, { by: other.outbox });
          booked += 2;
        }
      })();
      try {
        expect(await rebuilt(true)).toMatchObject({ status: 'done', missing: 0, swapped: true });
        expect(await rebuilt(true)).toMatchObject({ status: 'done', missing: 0, swapped: true });
      } finally {
        isOver = true;
        await booking;
      }
      const shown = await world.get<{ currencies: object[] }>('/trial-balance?by=account');
      expect(shown.currencies).toMatchObject([{ debit: booked * 1_030, balanced: true }]);
      const found = await verifyLedger(world.databaseUrl);
      expect(found.broken).toBeUndefined();
      expect(found.entries).toBe(booked);
    });

    it('warns of closed days that a swap changes, and of no other', async () => {
      const [first, second, open] = [at(DAY), at('2026-11-21'), at('2026-11-22')];
      await happened(first, second, open);
      await close('2026-11-21');
      await closed('2026-11-21');
      const forged = async (event: CloudEvent) => {
        for (const statement of [
          'alter table entry_line disable trigger entry_line_append_only',
          `update entry_line set debit = debit * 2, credit = credit * 2 where entry_id =
             (select entry_id from entry where event_id = '${event.id}')`,
          'alter table entry_line enable trigger entry_line_append_only',
        ]) {
          await world.database.query(statement);
        }
      };
      const warned = () =>
        world.world.logged.filter((line) => line.includes('a swap changes days that are closed'));
      await forged(open);
      expect(await rebuilt(true)).toMatchObject({ identical: false, swapped: true });
      expect(warned()).toEqual([]);
      await forged(second);
      const problem = 'a swap changes days that are closed: {"days":["2026-11-21"]}';
      const compared = await rebuilt(false);
      expect(compared).toMatchObject({ identical: false, swapped: false, problem });
      expect(await rebuilt(true)).toMatchObject({ identical: false, swapped: true, problem });
      expect(warned()).toHaveLength(2);
      expect(warned()[0]).toContain('"days":["2026-11-21"]');
      expect((await verifyLedger(world.databaseUrl)).broken).toBeUndefined();
    });

    it('puts right what was lost or forged, and closes no day meanwhile', async () => {
      const lost = at(DAY);
      const kept = at('2026-11-21');
      await happened(kept);
      await close('2026-11-21');
      await closed('2026-11-21');
      store.events.push({ ...lost, topic: 'payment.events', key: lost.subject });
      await world.database.query('update balance set debit = debit + 1, credit = credit + 1');
      store.hold();
      const rebuild = rebuilt(true);
      await waitFor(() => store.asked.length > 0, { what: 'the rebuild to ask' });
      expect(await close('2026-11-24')).toMatchObject({
        status: 409,
        body: { code: 'rebuilding' },
      });
      store.release();
      expect(await rebuild).toMatchObject({ identical: false, swapped: true });
      expect(await daysOf(kept, lost)).toEqual(['2026-11-21', '2026-11-22']);
      const shown = await world.get<{ currencies: { debit: number }[] }>('/trial-balance');
      expect(shown.currencies).toMatchObject([{ debit: 2_060 }]);
      expect((await close('2026-11-24')).status).toBeLessThan(300);
    });
  });
});
