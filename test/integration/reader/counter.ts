/** The smallest service that lives off facts: it counts orders and sums up what they cost. */
import { Module, type DynamicModule } from '@nestjs/common';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventType, orderCreated } from '#contracts';
import {
  MessagingModule,
  Outbox,
  type CloudEvent,
  type ServiceDefinition,
  type Tx,
} from '#messaging';
import { httpUrl, serviceSettings, type Logger } from '#platform';
import { besideRebuild, RebuildModule, type Rebuildable } from '#reader';
import { outboxV1Up } from '../../../migrations/shared/outbox-v1.js';
import { outboxV2Up } from '../../../migrations/shared/outbox-v2.js';
import { rebuildV1Up } from '../../../migrations/shared/rebuild-v1.js';
import type { StoredFact } from '../../support/event-store.js';
import type { ServiceWorld } from '../service-world.js';

class CounterInitial1764195299900 implements MigrationInterface {
  readonly name = 'CounterInitial1764195299900';

  async up(runner: QueryRunner): Promise<void> {
    await outboxV1Up(runner);
    await outboxV2Up(runner);
    await rebuildV1Up(runner);
    // A bit of all that can belong to a table.
    for (const statement of [
      `create table seen (
         n       bigint generated always as identity,
         fact_id text collate "C" constraint seen_key primary key,
         amount  bigint not null constraint seen_amount check (amount >= 0)
       ) with (fillfactor = 80)`,
      `create table total (
         currency text primary key, amount bigint not null, last_fact text references seen (fact_id)
       )`,
      'create index seen_dear on seen (amount) where amount > 100',
      'create table untouched (n integer)',
      'create table rate (currency text primary key, factor integer not null)',
      `create function refuse() returns trigger language plpgsql as
         'begin raise exception ''facts stay''; end'`,
      'create trigger seen_stays before delete on seen for each row execute function refuse()',
    ]) {
      await runner.query(statement);
    }
  }

  async down(): Promise<void> {}
}

interface Data {
  readonly currency: string;
  readonly totalAmount: number;
}

export const counter: Rebuildable = {
  types: [orderCreated.name],
  tables: ['seen', 'total'],
  reads: ['rate'],
  facts: [{ table: 'seen', key: ['fact_id'] }],
  async apply(tx: Tx, events: readonly CloudEvent[]) {
    const ids = events.map(({ id }) => id);
    const amounts = events.map(({ data }) => (data as Data).totalAmount);
    if (amounts.some((amount) => typeof amount !== 'number')) throw new Error('no amount');
    const [rate] = await tx.query<{ factor: number }>(
      'select factor from rate where currency = $1',
      ['JPY'],
    );
    const rows = await tx.query<{ fact_id: string; amount: string }>(
      `insert into seen (fact_id, amount)
       select distinct on (id) id, amount from unnest($1::text[], $2::bigint[]) as n (id, amount)
        order by id
       on conflict do nothing returning fact_id, amount`,
      [ids, amounts],
    );
    const sum = rows.reduce((before, { amount }) => before + Number(amount), 0);
    const last = rows
      .map(({ fact_id: id }) => id)
      .toSorted()
      .at(-1);
    if (last === undefined) return;
    await tx.query(
      `insert into total as t (currency, amount, last_fact) values ('JPY', $1, $2)
       on conflict (currency) do update
         set amount = t.amount + excluded.amount, last_fact = greatest(t.last_fact, excluded.last_fact)`,
      [sum * (rate?.factor ?? 1), last],
    );
  },
  async areKnown(tx, events) {
    const rows = await tx.query<{ fact_id: string }>(
      'select fact_id from seen where fact_id = any($1::text[])',
      [events.map(({ id }) => id)],
    );
    const known = new Set(rows.map(({ fact_id: id }) => id));
    return events.map(({ id }) => known.has(id));
  },
  figures: ['select currency, amount, last_fact from total order by currency collate "C"'],
};

const settings = serviceSettings.extend({ AUDIT_URL: httpUrl });

@Module({})
class CounterModule {}

export const counterService: ServiceDefinition<typeof settings> = {
  name: 'counter',
  title: 'Counter API',
  settings,
  module: (given, log: Logger): DynamicModule => ({
    module: CounterModule,
    imports: [
      MessagingModule.forRoot({
        service: 'counter',
        settings: given,
        migrations: [CounterInitial1764195299900],
        log,
      }),
      RebuildModule.forRoot({ reader: counter, auditUrl: given.AUDIT_URL, log, settleMs: 1_500 }),
    ],
  }),
};

export const fact = (id: string, totalAmount: unknown = 1, more: object = {}): StoredFact => ({
  ...{ id, source: 'order', subject: id, time: '2026-11-26T12:00:00.000Z' },
  ...{ type: eventType(orderCreated.name), topic: 'order.events', key: id },
  data: { currency: 'JPY', totalAmount, ...more },
});

/** As the service's handler would. */
export const live = (world: ServiceWorld, ...events: readonly CloudEvent[]): Promise<void> =>
  world.app.get(Outbox).transaction(async (unit) => {
    besideRebuild(unit);
    await counter.apply(unit.tx, events);
  });
