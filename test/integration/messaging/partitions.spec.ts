import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  OUTBOX_TABLE,
  PartitionUpkeep,
  systemClock,
  type Database,
  type PartitionedTable,
} from '#messaging';
import { createDatabase, testId, testPostgres, type PostgresServer } from '#testing';
import { anEvent, Closing, connect, TestLog, writer } from './harness.js';

const things: PartitionedTable = {
  table: 'thing',
  column: 'happened_on',
  keepDays: 3,
  aheadDays: 2,
  backDays: 1,
};

let postgres: PostgresServer;
const closing = new Closing();
let database: Database;
let url: string;
let log: TestLog;

beforeAll(async () => {
  postgres = await testPostgres();
});
afterAll(() => postgres.stop());

beforeEach(async () => {
  const made = await createDatabase(postgres, testId());
  closing.add(() => made.drop());
  ({ url } = made);
  database = await connect(url, closing);
  log = new TestLog();
  await database.query(`
    create table thing (happened_on date not null, id bigint generated always as identity,
      name text not null default 'x' check (name <> ''), primary key (happened_on, id))
    partition by range (happened_on)`);
  await database.query('create index thing_name on thing (name)');
});
afterEach(() => closing.all());

const upkeep = (table: PartitionedTable, on = database): PartitionUpkeep =>
  new PartitionUpkeep([table], { database: on, clock: systemClock, log });

/** Days of its partitions, counted from today. */
async function daysOf(table: string): Promise<number[]> {
  const rows = await database.query<{ day: number }>(
    `select to_date(right(child.relname, 8), 'YYYYMMDD') - current_date as day
     from pg_inherits join pg_class as child on child.oid = inhrelid
     where inhparent = $1::regclass order by 1`,
    [table],
  );
  return rows.map(({ day }) => day);
}

const addOldPartition = (table: string, daysAgo: number): Promise<unknown> =>
  database.query(`do $$ declare day date := current_date - ${daysAgo}; begin
    execute format('create table %I partition of ${table} for values from (%L) to (%L)',
      '${table}_' || to_char(day, 'YYYYMMDD'), day, day + 1); end $$`);

describe('partition upkeep', () => {
  test('makes today, the days ahead and those gone by that are asked for', async () => {
    await upkeep(things).run();
    expect(await daysOf('thing')).toEqual([-1, 0, 1, 2]);
    await database.query(
      `insert into thing (happened_on) values (current_date), (current_date + 2)`,
    );
    const bad = database.query(`insert into thing (happened_on, name) values (current_date, '')`);
    await expect(bad).rejects.toThrow('check');
  });

  test('drops what is older than it is kept, with its rows', async () => {
    for (const daysAgo of [3, 4, 10]) await addOldPartition('thing', daysAgo);
    await database.query(`insert into thing (happened_on) values (current_date - 4)`);
    await upkeep(things).run();
    expect(await daysOf('thing')).toEqual([-3, -1, 0, 1, 2]);
    expect(await database.query('select 1 from thing')).toEqual([]);
  });

  test('asks before it drops', async () => {
    for (const daysAgo of [5, 6]) await addOldPartition('thing', daysAgo);
    const asked: string[] = [];
    const droppable: PartitionedTable['droppable'] = (_tx, { from }) => {
      asked.push(from);
      return Promise.resolve(asked.length > 1);
    };
    await upkeep({ ...things, droppable }).run();
    expect(asked).toHaveLength(2);
    expect(await daysOf('thing')).toEqual([-6, -1, 0, 1, 2]);
  });

  test('is done once where replicas do it at the same time', async () => {
    const replicas = await Promise.all([1, 2, 3, 4].map(() => connect(url, closing)));
    await Promise.all(replicas.map((replica) => upkeep(things, replica).run()));
    expect(await daysOf('thing')).toEqual([-1, 0, 1, 2]);
  });

  test('does not wait for ever, nor fail, where a table is busy', async () => {
    await addOldPartition('thing', 9);
    await database.transaction(async (tx) => {
      await tx.query('select * from thing');
      await upkeep({ ...things, aheadDays: 0, backDays: 0 }, await connect(url, closing)).run();
    });
    expect(await daysOf('thing')).toEqual([-9, 0]);
    expect(log.lines).toEqual(['warn partition not dropped']);
  });
});

describe('the partitions of the outbox', () => {
  const never = { send: () => new Promise<never>(() => undefined) };

  test('stay while a row of theirs has not been published, and go afterwards', async () => {
    await upkeep(OUTBOX_TABLE).run();
    await addOldPartition('outbox', 2);
    await addOldPartition('outbox', 3);
    const { outbox } = await writer(url, '', '', closing, { broker: never });
    await outbox.transaction((unit) => Promise.resolve(unit.publish(anEvent())));
    // As if it had been written three days ago.
    await database.query(
      `with row as (delete from outbox returning *)
       insert into outbox select current_date - 3, epoch, seq, topic, partition, key, headers, value
       from row`,
    );
    await upkeep(OUTBOX_TABLE).run();
    expect((await daysOf('outbox')).filter((day) => day < 0)).toEqual([-3]);

    await database.query('update outbox_watermark set published_up_to = 1');
    await upkeep(OUTBOX_TABLE).run();
    expect((await daysOf('outbox')).filter((day) => day < 0)).toEqual([]);
  });
});
