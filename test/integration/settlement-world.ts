/** The settlement service's database, and what facts, batches and sagas do to it. */
import { jest } from '@jest/globals';
import { settlementSettled, type SagaReply } from '#contracts';
import { divertCrashPoints, isTransient, type ReceivedEvent } from '#messaging';
import { createParticipant } from '#participant';
import { testPostgres, type PostgresServer } from '#testing';
import { BatchWorker } from '../../apps/settlement/src/batches/batch-worker.js';
import type { Limits } from '../../apps/settlement/src/domain/limits.js';
import { accrue } from '../../apps/settlement/src/handlers/accrual.js';
import { BalanceHandler } from '../../apps/settlement/src/handlers/balance.handler.js';
import { openBatch } from '../../apps/settlement/src/persistence/batch-rows.js';
import { balancesOf } from '../../apps/settlement/src/persistence/read-balances.js';
import { dueBefore } from '../../apps/settlement/src/persistence/settle-rows.js';
import { migrations } from '../../migrations/settlement/index.js';
import { deliver, ParticipantDatabase, silent, type Replica } from './participant-harness.js';
import { delivered, newOrder, paid } from './settlement-facts.js';

/** Real servers on a machine that is busy with other things: slow is not wrong. */
jest.setTimeout(240_000);

const DAY_MS = 86_400_000;
export const HOLDING_MS = 7 * DAY_MS;
/** The facts of tests are of January. */
export const NOW = new Date('2026-06-01T12:00:00.000Z');

const UNLIMITED: Limits = { minimum: () => 1, maximum: () => 1e12, maximumADay: () => 1e12 };

export class SettlementWorld {
  private batchNo = 0;

  private constructor(
    private readonly server: PostgresServer,
    private readonly database: ParticipantDatabase,
    readonly replicas: [Replica, Replica],
  ) {}

  static async start(): Promise<SettlementWorld> {
    const server = await testPostgres();
    const database = await ParticipantDatabase.create(server, async (runner) => {
      for (const Migration of migrations) await new Migration().up(runner);
    });
    return new SettlementWorld(server, database, [
      await database.replica(10),
      await database.replica(10),
    ]);
  }

  async stop(): Promise<void> {
    divertCrashPoints();
    await this.database.close();
    await this.server.stop();
  }

  /** Every second one on the other replica. */
  replica(index: number): Replica {
    return this.replicas[index % 2 === 0 ? 0 : 1];
  }

  query<Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    return this.replicas[0].database.query<Row>(sql, params);
  }

  /** Facts in one batch; tried again as the transport does it. */
  async hear(events: readonly ReceivedEvent[], on: Replica = this.replicas[0]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await on.outbox.transaction((unit) => accrue(unit, events));
        return;
      } catch (failure) {
        if (attempt === 20 || !isTransient(failure)) throw failure;
      }
    }
  }

  /** An order that was paid and delivered long ago. */
  async sold(merchantId: string, amount: number, fee = 0, currency = 'GBP') {
    const order = newOrder(merchantId, currency);
    await this.hear([paid(order, amount, { fee }), delivered(order)]);
    return order;
  }

  /** @param everyMs a batch of its own accord so often; 0: never */
  worker(
    on: Replica = this.replicas[0],
    pageSize = 100,
    { now = NOW, everyMs = 0 } = {},
  ): BatchWorker {
    const { outbox } = on;
    return new BatchWorker({
      ...{ outbox, log: silent, holdingMs: HOLDING_MS, everyMs, pageSize, clock: () => now },
    });
  }

  async open(cutoff = NOW): Promise<string> {
    const batchId = `b${(this.batchNo += 1)}`;
    const batch = { batchId, cutoff, holdingMs: HOLDING_MS, openedAt: cutoff };
    await openBatch(this.replicas[0].database, batch);
    return batchId;
  }

  /** A whole batch. */
  async settle(cutoff = NOW, pageSize = 100): Promise<string> {
    const batchId = await this.open(cutoff);
    await this.work(this.worker(this.replicas[0], pageSize));
    return batchId;
  }

  async work(worker: BatchWorker): Promise<void> {
    for (;;) if (!(await worker.look())) return;
  }

  /** Commands as they come from Kafka, in one batch and one transaction. */
  run(
    on: Replica,
    events: readonly ReceivedEvent[],
    { limits = UNLIMITED, now = NOW }: { limits?: Limits; now?: Date } = {},
  ): Promise<number> {
    const { inbox } = createParticipant({
      participant: 'settlement',
      handlers: [new BalanceHandler(limits, () => now)],
      outbox: on.outbox,
      parking: { attempts: 4, backoffMs: 1 },
      log: silent,
    });
    return deliver(on, inbox, events);
  }

  async balance(merchantId: string, currency = 'GBP', now = NOW) {
    const found = await balancesOf(
      this.replicas[0].database,
      merchantId,
      dueBefore(now, HOLDING_MS),
    );
    return found.find((balance) => balance.currency === currency);
  }

  replies(): (SagaReply & { type: string })[] {
    return this.replicas
      .flatMap(({ published }) => published)
      .filter(({ topic }) => topic === 'saga.inbox')
      .map(({ data, type }) => ({
        ...(data as SagaReply),
        type: type.replace('com.example.', ''),
      }));
  }

  /** Facts about settlements and balances, checked against their contracts. */
  told(name?: string) {
    return this.replicas
      .flatMap(({ published }) => published)
      .filter(({ topic }) => topic === 'settlement.events')
      .filter(({ type }) => name === undefined || type === `com.example.${name}`)
      .map((event) => ({ ...event, data: event.data as Record<string, unknown> }));
  }

  settlements() {
    return this.told('settlement.settled').map(({ data }) => settlementSettled.data.parse(data));
  }

  /** What must never be: money that is settled but stands nowhere, or twice. */
  async wrongBooks(): Promise<unknown[]> {
    return this.query(`
      select 'order' as what, order_id::text as which from order_money m
       where (settled_gross, settled_fees, settled_refunds, settled_chargebacks) <> (
         select coalesce(sum(gross), 0), coalesce(sum(fees), 0), coalesce(sum(refunds), 0),
                coalesce(sum(chargebacks), 0)
           from settlement_line l where l.order_id = m.order_id)
      union all
      select 'settlement', settlement_id from settlement s
       where (orders, gross, fees, refunds, chargebacks) <> (
         select count(*), sum(gross), sum(fees), sum(refunds), sum(chargebacks)
           from settlement_line l where l.settlement_id = s.settlement_id)
      union all
      select 'balance', merchant_id || ' ' || currency from balance b
       where settled <> (select coalesce(sum(net), 0) from settlement s
                          where (s.merchant_id, s.currency) = (b.merchant_id, b.currency))
          or held <> (select coalesce(sum(amount), 0) from withdrawal_hold h
                       where (h.merchant_id, h.currency) = (b.merchant_id, b.currency)
                         and status = 'held')
          or drawn <> (select coalesce(sum(amount), 0) from withdrawal_hold h
                        where (h.merchant_id, h.currency) = (b.merchant_id, b.currency)
                          and status = 'drawn')
      union all
      select 'line', settlement_id from settlement_line l
       where not exists (select 1 from settlement s where s.settlement_id = l.settlement_id)`);
  }
}
