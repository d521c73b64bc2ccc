/** The participants' own handlers and workers, on simulated stores and simulated parties outside. */
import type { CommandHandler } from '#participant';
import { Answers, createParticipant } from '#participant';
import type { Participant } from '#contracts';
import { AcceptanceDesk } from '../../../apps/order/src/acceptance/acceptance.js';
import { CancelDesk } from '../../../apps/order/src/acceptance/cancel.js';
import { SettleOrdersHandler } from '../../../apps/order/src/handlers/settle-orders.handler.js';
import { ExpirySweeper } from '../../../apps/inventory/src/expiry/expiry-sweeper.js';
import { StockHandler } from '../../../apps/inventory/src/handlers/stock.handler.js';
import { NoticeHandler } from '../../../apps/notification/src/handlers/notice.handler.js';
import { NoticeWorkers } from '../../../apps/notification/src/handlers/notice.workers.js';
import { PaymentHandler } from '../../../apps/payment/src/handlers/payment.handler.js';
import { PaymentWorkers } from '../../../apps/payment/src/handlers/payment.workers.js';
import { ShippingHandler } from '../../../apps/shipping/src/handlers/shipping.handler.js';
import { ShippingWorkers } from '../../../apps/shipping/src/handlers/shipping.workers.js';
import { SimCarrier } from '../outside/carrier.js';
import { SimMailSender } from '../outside/mail.js';
import type { Outside } from '../outside/outside.js';
import { SimPaymentProvider } from '../outside/provider.js';
import { SimBarrierStore } from '../stores/barrier-store.js';
import { SimEffectTaskStore } from '../stores/effect-task-store.js';
import { SimNoticeRows } from '../stores/notice-rows.js';
import { SimOrderRows } from '../stores/order-rows.js';
import { SimParkingStore } from '../stores/parking-store.js';
import { SimPaymentRows } from '../stores/payment-rows.js';
import { SimShelfRows } from '../stores/shelf-rows.js';
import { SimShipmentRows } from '../stores/shipment-rows.js';
import type { Life } from './context.js';
import { MAIL, OUTBOUND, PARK_BACKOFF_MS, PAYMENT_TOKEN_KEY, POLL_MS } from './settings.js';

/** Every participant's tables, each in its own service's database. */
export class ParticipantTables {
  readonly order: SimOrderRows;
  readonly shelf: SimShelfRows;
  readonly payment = new SimPaymentRows();
  readonly shipment = new SimShipmentRows();
  readonly notice = new SimNoticeRows();
  readonly barriers = perParticipant(() => new SimBarrierStore());
  readonly parking = perParticipant(() => new SimParkingStore());
  readonly tasks: Readonly<Record<'payment' | 'shipping' | 'notification', SimEffectTaskStore>>;

  /**
   * @param newToken `gen_random_uuid()`
   * @param trip throws where one of the orders is one that this service trips over
   */
  constructor(
    newToken: () => string,
    trip: (service: 'inventory' | 'order', orderIds: readonly string[]) => void,
  ) {
    this.order = new SimOrderRows((orderIds) => trip('order', orderIds));
    this.shelf = new SimShelfRows((orderIds) => trip('inventory', orderIds));
    this.tasks = {
      payment: new SimEffectTaskStore(newToken),
      shipping: new SimEffectTaskStore(newToken),
      notification: new SimEffectTaskStore(newToken),
    };
  }
}

const perParticipant = <Value>(make: () => Value): Readonly<Record<Participant, Value>> => ({
  order: make(),
  inventory: make(),
  payment: make(),
  shipping: make(),
  notification: make(),
});

/** Where customers are received: one pair of desks in each life of an order replica. */
export interface OrderDesks {
  readonly acceptance: AcceptanceDesk;
  readonly cancel: CancelDesk;
}

export function startOrder(life: Life, tables: ParticipantTables): OrderDesks {
  startParticipant(life, tables, 'order', new SettleOrdersHandler(tables.order));
  return {
    acceptance: new AcceptanceDesk(life.outbox, undefined, undefined, tables.order),
    cancel: new CancelDesk(life.outbox, undefined, tables.order),
  };
}

export function startInventory(life: Life, tables: ParticipantTables): void {
  const { outbox, log, parts } = life;
  const rows = tables.shelf;
  const ttlMs = parts.plan.shape.reservationMs;
  const answers = answersOf('inventory', tables);
  const handler = new StockHandler({ ttlMs }, answers, undefined, rows);
  startParticipant(life, tables, 'inventory', handler);
  new ExpirySweeper({ outbox, answers, log, everyMs: POLL_MS, rows }).onApplicationBootstrap();
}

export function startPayment(life: Life, tables: ParticipantTables, outside: Outside): void {
  const { outbox, log, connection: database, actor } = life;
  const workers = new PaymentWorkers({
    database,
    outbox,
    answers: answersOf('payment', tables),
    provider: new SimPaymentProvider(outside.providerLine, outside.provider, actor),
    settings: { ...OUTBOUND, PAYMENT_TOKEN_KEY },
    log,
    pollMs: POLL_MS,
    rows: tables.payment,
    store: tables.tasks.payment,
  });
  startParticipant(life, tables, 'payment', new PaymentHandler(workers, tables.payment));
  workers.start();
}

export function startShipping(life: Life, tables: ParticipantTables, outside: Outside): void {
  const { outbox, log, connection: database, actor } = life;
  const workers = new ShippingWorkers({
    database,
    outbox,
    answers: answersOf('shipping', tables),
    carrier: new SimCarrier(outside.carrierLine, outside.carrier, actor),
    settings: { ...OUTBOUND, RETURN_POLL_MS: POLL_MS, RETURN_POLL_MAX_MS: POLL_MS },
    log,
    pollMs: POLL_MS,
    rows: tables.shipment,
    store: tables.tasks.shipping,
  });
  startParticipant(life, tables, 'shipping', new ShippingHandler(workers, tables.shipment));
  workers.start();
}

export function startNotification(life: Life, tables: ParticipantTables, outside: Outside): void {
  const { outbox, log, connection: database, actor } = life;
  const workers = new NoticeWorkers({
    database,
    outbox,
    sender: new SimMailSender(outside.mailLine, outside.mailbox, actor),
    settings: MAIL,
    log,
    pollMs: POLL_MS,
    rows: tables.notice,
    store: tables.tasks.notification,
  });
  startParticipant(life, tables, 'notification', new NoticeHandler(workers, tables.notice));
  workers.start();
}

const answersOf = (participant: Participant, tables: ParticipantTables): Answers =>
  new Answers(participant, undefined, tables.barriers[participant]);

function startParticipant(
  life: Life,
  tables: ParticipantTables,
  participant: Participant,
  handler: CommandHandler,
): void {
  const { outbox, log, parts } = life;
  const { inbox, parkingWorker } = createParticipant({
    participant,
    handlers: [handler],
    outbox,
    parking: { attempts: parts.plan.shape.parkAttempts, backoffMs: PARK_BACKOFF_MS },
    log,
    pollMs: POLL_MS,
    stores: { barrier: tables.barriers[participant], parking: tables.parking[participant] },
  });
  parkingWorker.start();
  life.consume({
    batch: (batch, unit) => inbox.onBatch(batch, unit),
    poison: (failure, unit) => inbox.onPoison(failure, unit),
  });
}
