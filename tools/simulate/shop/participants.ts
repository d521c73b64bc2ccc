/** The participants' own handlers and workers, on simulated stores and simulated parties outside. */
import type { CommandHandler } from '#participant';
import { Answers, createParticipant } from '#participant';
import type { Participant } from '#contracts';
import { AcceptanceDesk } from '../../../apps/order/src/acceptance/acceptance.js';
import { CancelDesk } from '../../../apps/order/src/acceptance/cancel.js';
import { AnotherCardDesk } from '../../../apps/order/src/acceptance/another-card.js';
import { CancelReturnDesk } from '../../../apps/order/src/acceptance/cancel-return.js';
import { ReturnDesk } from '../../../apps/order/src/acceptance/request-return.js';
import { ParcelFacts } from '../../../apps/order/src/handlers/parcel-facts.js';
import { PaymentFacts } from '../../../apps/order/src/handlers/payment-facts.js';
import { SettleOrdersHandler } from '../../../apps/order/src/handlers/settle-orders.handler.js';
import { SettleReturnsHandler } from '../../../apps/order/src/handlers/settle-returns.handler.js';
import { ExpirySweeper } from '../../../apps/inventory/src/expiry/expiry-sweeper.js';
import { GoodsOut } from '../../../apps/inventory/src/handlers/goods-out.js';
import { StockHandler } from '../../../apps/inventory/src/handlers/stock.handler.js';
import { mailChannel } from '../../../apps/notification/src/handlers/notice.channel.js';
import { NoticeHandler } from '../../../apps/notification/src/handlers/notice.handler.js';
import { NoticeWorkers } from '../../../apps/notification/src/handlers/notice.workers.js';
import { NoticeTexts } from '../../../apps/notification/src/texts/notice-texts.js';
import { PaymentHandler } from '../../../apps/payment/src/handlers/payment.handler.js';
import { PaymentWorkers } from '../../../apps/payment/src/handlers/payment.workers.js';
import { ReturnsHandler } from '../../../apps/shipping/src/handlers/returns.handler.js';
import { ReturnWorkers } from '../../../apps/shipping/src/handlers/returns.workers.js';
import { ShippingHandler } from '../../../apps/shipping/src/handlers/shipping.handler.js';
import { ShippingWorkers } from '../../../apps/shipping/src/handlers/shipping.workers.js';
import { TrackingWorkers } from '../../../apps/shipping/src/handlers/tracking.workers.js';
import { SimCarrier } from '../outside/carrier.js';
import { SimMailSender } from '../outside/mail.js';
import type { Outside } from '../outside/outside.js';
import { SimPaymentProvider } from '../outside/provider.js';
import { SimBalanceRows } from '../stores/balance-rows.js';
import { SimBarrierStore } from '../stores/barrier-store.js';
import { SimFeeRateRows } from '../stores/fee-rate-rows.js';
import { SimEffectTaskStore } from '../stores/effect-task-store.js';
import { SimNoticeRows } from '../stores/notice-rows.js';
import { SimOrderRows } from '../stores/order-rows.js';
import { SimParkingStore } from '../stores/parking-store.js';
import { SimPaymentRows } from '../stores/payment-rows.js';
import { SimReturnParcelRows } from '../stores/return-parcel-rows.js';
import { SimReturnRows } from '../stores/return-rows.js';
import { SimShelfRows } from '../stores/shelf-rows.js';
import { SimShipmentRows } from '../stores/shipment-rows.js';
import { SimTrackingCursor } from '../stores/tracking-cursor.js';
import { SimWithdrawalRows } from '../stores/withdrawal-rows.js';
import type { Life } from './context.js';
import {
  accountOf,
  BALANCES,
  CURRENCY,
  MAIL,
  MERCHANT,
  OUTBOUND,
  PARK_BACKOFF_MS,
  PAYING,
  PAYMENT_TOKEN_KEY,
  POLL_MS,
  RETURN_POLLS,
  SENDING,
  TRACKING,
} from './settings.js';

type Worker = 'payment' | 'shipping' | 'tracking' | 'return' | 'notification' | 'payout';

/** Every participant's tables, each in its own service's database. */
export class ParticipantTables {
  readonly order: SimOrderRows;
  readonly returns: SimReturnRows;
  readonly shelf: SimShelfRows;
  readonly payment = new SimPaymentRows();
  readonly feeRates = new SimFeeRateRows();
  readonly shipment = new SimShipmentRows();
  readonly trackingCursor = new SimTrackingCursor();
  readonly returnParcel = new SimReturnParcelRows();
  readonly notice = new SimNoticeRows();
  readonly balance = new SimBalanceRows();
  readonly withdrawal = new SimWithdrawalRows();
  readonly barriers = perParticipant(() => new SimBarrierStore());
  readonly parking = perParticipant(() => new SimParkingStore());
  readonly tasks: Readonly<Record<Worker, SimEffectTaskStore>>;

  /**
   * @param newToken `gen_random_uuid()`
   * @param trip throws where one of the orders is one that this service trips over
   */
  constructor(
    newToken: () => string,
    trip: (service: 'inventory' | 'order', orderIds: readonly string[]) => void,
  ) {
    this.order = new SimOrderRows((orderIds) => trip('order', orderIds));
    this.returns = new SimReturnRows(this.order);
    this.shelf = new SimShelfRows((orderIds) => trip('inventory', orderIds));
    this.tasks = {
      payment: new SimEffectTaskStore(newToken),
      shipping: new SimEffectTaskStore(newToken),
      tracking: new SimEffectTaskStore(newToken),
      return: new SimEffectTaskStore(newToken),
      notification: new SimEffectTaskStore(newToken),
      payout: new SimEffectTaskStore(newToken),
    };
    this.tasks.tracking.plant('carrier');
    this.feeRates.plant(MERCHANT);
    for (const [merchantId, settled] of BALANCES) {
      this.balance.plant({ merchantId, currency: CURRENCY }, settled);
      const accounts = [accountOf(merchantId)];
      this.withdrawal.plant({ merchantId, status: 'active', accounts });
    }
  }
}

const perParticipant = <Value>(make: () => Value): Readonly<Record<Participant, Value>> => ({
  order: make(),
  inventory: make(),
  payment: make(),
  shipping: make(),
  notification: make(),
  settlement: make(),
  withdrawal: make(),
});

/** Where customers are received: one pair of desks in each life of an order replica. */
export interface OrderDesks {
  readonly acceptance: AcceptanceDesk;
  readonly cancel: CancelDesk;
  readonly anotherCard: AnotherCardDesk;
  readonly returns: ReturnDesk;
  readonly cancelReturn: CancelReturnDesk;
}

export function startOrder(life: Life, tables: ParticipantTables): OrderDesks {
  const handlers = [
    new SettleOrdersHandler(tables.order),
    new SettleReturnsHandler(tables.returns, tables.order),
  ];
  startParticipant(life, tables, 'order', handlers);
  const parcels = new ParcelFacts(tables.order.untripped(), tables.returns);
  life.consume({ batch: ({ events }, unit) => parcels.apply(events, unit) }, 'shipment.events');
  const payments = new PaymentFacts(tables.order.untripped());
  life.consume({ batch: ({ events }, unit) => payments.apply(events, unit) }, 'payment.events');
  return {
    acceptance: new AcceptanceDesk(life.outbox, { rows: tables.order }),
    cancel: new CancelDesk(life.outbox, undefined, tables.order),
    anotherCard: new AnotherCardDesk(life.outbox, undefined, tables.order),
    returns: new ReturnDesk(life.outbox, undefined, tables.returns),
    cancelReturn: new CancelReturnDesk(life.outbox, undefined, tables.returns),
  };
}

export function startInventory(life: Life, tables: ParticipantTables): void {
  const { outbox, log, parts } = life;
  const rows = tables.shelf;
  const ttlMs = parts.plan.shape.reservationMs;
  const answers = answersOf('inventory', tables);
  // Whatever the saga asks for, so that reservations do expire here.
  const handler = new StockHandler({ ttlMs, maxMs: ttlMs }, answers, undefined, rows);
  startParticipant(life, tables, 'inventory', [handler]);
  const goodsOut = new GoodsOut(log, undefined, rows.untripped());
  life.consume({ batch: ({ events }, unit) => goodsOut.handle(unit, events) }, 'shipment.events');
  new ExpirySweeper({ outbox, answers, log, everyMs: POLL_MS, rows }).onApplicationBootstrap();
}

export function startPayment(life: Life, tables: ParticipantTables, outside: Outside): void {
  const { outbox, log, connection: database, actor } = life;
  const workers = new PaymentWorkers({
    database,
    outbox,
    answers: answersOf('payment', tables),
    provider: new SimPaymentProvider(outside.providerLine, outside.provider, actor),
    settings: { ...OUTBOUND, ...PAYING, PAYMENT_TOKEN_KEY },
    log,
    pollMs: POLL_MS,
    rows: tables.payment,
    rates: tables.feeRates,
    store: tables.tasks.payment,
  });
  startParticipant(life, tables, 'payment', [new PaymentHandler(workers, tables.payment)]);
  workers.start();
}

export function startShipping(
  life: Life,
  tables: ParticipantTables,
  outside: Outside,
): TrackingWorkers {
  const { outbox, log, connection: database, actor } = life;
  const parts = {
    database,
    outbox,
    answers: answersOf('shipping', tables),
    carrier: new SimCarrier(outside.carrierLine, outside.carrier, actor),
    settings: { ...OUTBOUND, ...SENDING, ...RETURN_POLLS },
    log,
    pollMs: POLL_MS,
  };
  const { shipment, returnParcel, trackingCursor, tasks } = tables;
  const workers = new ShippingWorkers({ ...parts, rows: shipment, store: tasks.shipping });
  const returns = new ReturnWorkers({ ...parts, rows: returnParcel, store: tasks.return });
  const tracking = new TrackingWorkers({
    ...parts,
    settings: { ...parts.settings, ...TRACKING },
    rows: shipment,
    cursor: trackingCursor,
    store: tasks.tracking,
  });
  const handlers = [
    new ShippingHandler(workers, shipment),
    new ReturnsHandler(returns, returnParcel),
  ];
  startParticipant(life, tables, 'shipping', handlers);
  workers.start();
  tracking.start();
  returns.start();
  return tracking;
}

/** Read once: worlds come by the thousand. */
const texts = new NoticeTexts('UTC');

export function startNotification(life: Life, tables: ParticipantTables, outside: Outside): void {
  const { outbox, log, connection: database, actor } = life;
  const sender = new SimMailSender(outside.mailLine, outside.mailbox, actor);
  const workers = new NoticeWorkers({
    database,
    outbox,
    channel: mailChannel(sender, texts, MAIL),
    log,
    pollMs: POLL_MS,
    rows: tables.notice,
    store: tables.tasks.notification,
  });
  startParticipant(life, tables, 'notification', [new NoticeHandler(workers, tables.notice)]);
  workers.start();
}

export const answersOf = (participant: Participant, tables: ParticipantTables): Answers =>
  new Answers(participant, undefined, tables.barriers[participant]);

export function startParticipant(
  life: Life,
  tables: ParticipantTables,
  participant: Participant,
  handlers: readonly CommandHandler[],
): void {
  const { outbox, log, parts } = life;
  const { inbox, parkingWorker } = createParticipant({
    participant,
    handlers,
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
