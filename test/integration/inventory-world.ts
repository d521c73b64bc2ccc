/** The inventory service's database, and what sagas, people and parcels do to it. */
import { jest } from '@jest/globals';
import {
  eventType,
  releaseStock,
  reserveStock,
  restockGoods,
  secureStock,
  shipmentHandedOver,
} from '#contracts';
import { isTransient, type OutgoingEvent, type ReceivedEvent } from '#messaging';
import { Answers, createParticipant } from '#participant';
import { testPostgres, type PostgresServer } from '#testing';
import { GoodsOut } from '../../apps/inventory/src/handlers/goods-out.js';
import { StockHandler } from '../../apps/inventory/src/handlers/stock.handler.js';
import { StockDesk } from '../../apps/inventory/src/http/stock-desk.js';
import { putWarehouse } from '../../apps/inventory/src/persistence/warehouse-rows.js';
import { migrations } from '../../migrations/inventory/index.js';
import {
  command,
  deliver,
  newOrderId,
  ParticipantDatabase,
  silent,
  type Replica,
} from './participant-harness.js';

/** Real servers on a machine that is busy with other things: slow is not wrong. */
jest.setTimeout(240_000);

export type Lines = Record<string, number>;

const itemsOf = (lines: Lines) =>
  Object.entries(lines).map(([productId, quantity]) => ({ productId, quantity }));

export const reserve = (
  orderId: string,
  lines: Lines,
  preferredWarehouse?: string,
): ReceivedEvent => {
  const preferred = preferredWarehouse === undefined ? {} : { preferredWarehouse };
  return command({
    name: reserveStock.name,
    key: orderId,
    id: `${orderId}:reserve`,
    data: { orderId, items: itemsOf(lines), ...preferred },
  });
};
export const secure = (orderId: string): ReceivedEvent =>
  command({ name: secureStock.name, key: orderId, data: { orderId } });
export const release = (orderId: string): ReceivedEvent =>
  command({
    name: releaseStock.name,
    key: orderId,
    undoes: `${orderId}:reserve`,
    data: { orderId },
  });
export const restock = (
  orderId: string,
  returnId: string,
  lines: Lines,
  by = 'one',
): ReceivedEvent =>
  command({
    name: restockGoods.name,
    key: returnId,
    id: `${returnId}:${by}`,
    data: { orderId, returnId, items: itemsOf(lines) },
  });
export const handedOver = (orderId: string): ReceivedEvent => ({
  id: `shipment.handed-over:${orderId}@3`,
  topic: 'shipment.events',
  key: orderId,
  partition: 0,
  offset: '0',
  headers: {},
  source: 'shipping',
  type: eventType(shipmentHandedOver.name),
  subject: orderId,
  time: new Date().toISOString(),
  data: {
    orderId,
    revision: 3,
    merchantId: 'm',
    occurredAt: new Date().toISOString(),
    shipmentId: `ship-${orderId}`,
    trackingNumber: 'T1',
  },
});

/** What a person hears of, or a test fails. */
export interface Said {
  readonly fields: object;
  readonly message: string;
}

export class InventoryWorld {
  readonly said: Said[] = [];
  private productNo = 0;

  private constructor(
    private readonly server: PostgresServer,
    private readonly database: ParticipantDatabase,
    readonly replicas: [Replica, Replica],
  ) {}

  static async start(): Promise<InventoryWorld> {
    const server = await testPostgres();
    const database = await ParticipantDatabase.create(server, async (runner) => {
      for (const Migration of migrations) await new Migration().up(runner);
    });
    return new InventoryWorld(server, database, [
      await database.replica(10),
      await database.replica(10),
    ]);
  }

  async stop(): Promise<void> {
    await this.database.close();
    await this.server.stop();
  }

  /** Every second one on the other replica. */
  replica(index: number): Replica {
    return this.replicas[index % 2 === 0 ? 0 : 1];
  }

  /** Commands as they come from Kafka, in one batch and one transaction. */
  run(
    on: Replica,
    events: readonly ReceivedEvent[],
    { ttlMs = 900_000, maxMs = 604_800_000 } = {},
  ): Promise<number> {
    const { inbox } = createParticipant({
      participant: 'inventory',
      handlers: [new StockHandler({ ttlMs, maxMs }, new Answers('inventory'))],
      outbox: on.outbox,
      parking: { attempts: 4, backoffMs: 1 },
      log: silent,
    });
    return deliver(on, inbox, events);
  }

  /** Facts about parcels, in one batch; tried again as the transport does it. */
  async hear(on: Replica, events: readonly ReceivedEvent[]): Promise<void> {
    const error = (fields: object, message: string) => void this.said.push({ fields, message });
    const goodsOut = new GoodsOut({ ...silent, error });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await on.outbox.transaction((unit) => goodsOut.handle(unit, events));
        return;
      } catch (failure) {
        if (attempt === 20 || !isTransient(failure)) throw failure;
      }
    }
  }

  get desk(): StockDesk {
    return new StockDesk(this.replicas[0].outbox);
  }

  warehouse(warehouseId: string, priority: number, isActive = true): Promise<void> {
    const warehouse = { warehouseId, name: warehouseId, priority, isActive };
    return putWarehouse(this.replicas[0].database, warehouse);
  }

  count(productId: string, onHand: number, warehouseId = 'main') {
    return this.desk.change({ wishes: [{ kind: 'counted', productId, warehouseId, onHand }] });
  }

  /** A new one, with so many pieces in each of these warehouses. */
  async product(onHand: number | Record<string, number>): Promise<string> {
    const productId = `P${(this.productNo += 1)}`;
    const places = typeof onHand === 'number' ? { main: onHand } : onHand;
    for (const [warehouseId, count] of Object.entries(places)) {
      await this.count(productId, count, warehouseId);
    }
    return productId;
  }

  /** Bought and secured: on its way out. */
  async sold(lines: Lines): Promise<string> {
    const orderId = newOrderId();
    await this.run(this.replicas[0], [reserve(orderId, lines), secure(orderId)]);
    return orderId;
  }

  query<Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    return this.replicas[0].database.query<Row>(sql, params);
  }

  /** In all warehouses together. */
  async stockOf(productId: string) {
    const [row] = await this.query<{ onHand: number; reserved: number }>(
      `select sum(on_hand)::int as "onHand", sum(reserved)::int as reserved
         from stock where product_id = $1`,
      [productId],
    );
    return row;
  }

  /** `[on hand, reserved]` by warehouse. */
  async placesOf(productId: string): Promise<Record<string, [number, number]>> {
    const rows = await this.query<{ id: string; onHand: number; reserved: number }>(
      `select warehouse_id as id, on_hand as "onHand", reserved from stock where product_id = $1`,
      [productId],
    );
    return Object.fromEntries(rows.map(({ id, onHand, reserved }) => [id, [onHand, reserved]]));
  }

  async statusOf(orderId: string): Promise<string | undefined> {
    const [row] = await this.query<{ status: string }>(
      'select status from reservation where order_id = $1',
      [orderId],
    );
    return row?.status;
  }

  get published(): OutgoingEvent[] {
    return this.replicas.flatMap(({ published }) => published);
  }

  /** Facts about the stock, by what they say. */
  facts(kind?: string): Record<string, unknown>[] {
    return this.published
      .filter(({ topic }) => topic === 'inventory.events')
      .filter(({ type }) => kind === undefined || type === `com.example.inventory.${kind}`)
      .map(({ data }) => data as Record<string, unknown>);
  }

  replies(commandId?: string) {
    return this.replicas.flatMap((replica) => replica.replies(commandId));
  }

  async deadlocks(): Promise<number> {
    const [row] = await this.query<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    return Number(row?.deadlocks);
  }

  /** Stock whose books do not agree with the reservations. */
  wrongBooks(): Promise<unknown[]> {
    return this.query(
      `select s.product_id, s.warehouse_id, s.on_hand, s.reserved,
              coalesce(sum(l.quantity), 0) as promised
         from stock s
         left join (
           select l.value ->> 'productId' as product_id,
                  coalesce(l.value ->> 'warehouseId', 'main') as warehouse_id,
                  (l.value ->> 'quantity')::int as quantity
             from reservation, json_array_elements(lines) l
            where status in ('held', 'secured')) l using (product_id, warehouse_id)
        group by s.product_id, s.warehouse_id
       having s.reserved <> coalesce(sum(l.quantity), 0) or s.reserved > s.on_hand`,
    );
  }
}
