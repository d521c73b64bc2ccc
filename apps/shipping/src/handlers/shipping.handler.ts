import {
  bookShipment,
  cancelShipment,
  handOver,
  recallPickup,
  shipOrder,
  type Reason,
} from '#contracts';
import type { UnitOfWork } from '#messaging';
import { succeed, type AdmittedCommand, type Answer, type CommandHandler } from '#participant';
import { runtime } from '#platform';
import { acceptBooking, acceptCancel, acceptHandOver, acceptRecall } from '../domain/accept.js';
import { nextStep } from '../domain/next-step.js';
import type { ShipRequest } from '../domain/shipment.js';
import type { StoredShipment } from '../persistence/shipment-row.js';
import { postgresShipmentRows, type ShipmentRows } from '../persistence/shipment-rows.js';
import { bookingAnswer, cancelAnswer, factEvents, handOverAnswer } from './shipping.replies.js';
import { ShippingWorkers } from './shipping.workers.js';

/** Accepts commands: what is to become of a parcel is written down, and the workers are told. */
export class ShippingHandler implements CommandHandler {
  readonly participant = 'shipping';
  readonly commands = [shipOrder, bookShipment, cancelShipment, handOver, recallPickup];

  constructor(
    private readonly workers: Pick<ShippingWorkers, 'want'>,
    private readonly rows: ShipmentRows = postgresShipmentRows,
  ) {}

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const stored = await this.rows.lockShipments(unit.tx, [...new Set(commands.map(orderOf))]);
    const current = new Map(stored);
    for (const command of commands) {
      const orderId = orderOf(command);
      const shipment = accept(current.get(orderId), command, stored.has(orderId));
      if (shipment) current.set(orderId, shipment);
    }
    await this.save(unit, stored, current);
    // Of all commands of the batch together: what one began, another may have ended.
    return commands.map((command) => answerTo(command, current.get(orderOf(command))));
  }

  private async save(
    unit: UnitOfWork,
    stored: ReadonlyMap<string, StoredShipment>,
    current: ReadonlyMap<string, StoredShipment>,
  ): Promise<void> {
    const changes = [...current.values()]
      .map((after) => ({ before: stored.get(after.orderId), after }))
      .filter(({ before, after }) => before !== after);
    await this.rows.insertShipments(
      unit.tx,
      changes.filter(({ before }) => !before).map(({ after }) => after),
    );
    await this.rows.updateShipments(
      unit.tx,
      changes.flatMap(({ before, after }) => (before ? [{ before, after }] : [])),
    );
    const now = runtime.date();
    for (const { before, after } of changes) {
      unit.publish(...factEvents(before, after, undefined, now));
    }
    const open = changes.filter(({ after }) => nextStep(after) !== 'rest');
    await this.workers.want(
      unit,
      open.map(({ after }) => after.orderId),
    );
  }
}

const orderOf = ({ payload }: AdmittedCommand): string =>
  (payload as { readonly orderId: string }).orderId.toLowerCase();

const reasonOf = ({ payload }: AdmittedCommand): Reason =>
  (payload as { readonly reason: Reason }).reason;

/** @param known whether the shipment was committed before this batch */
function accept(
  shipment: StoredShipment | undefined,
  command: AdmittedCommand,
  known: boolean,
): StoredShipment | undefined {
  const { name, payload, address } = command;
  if (name === shipOrder.name || name === bookShipment.name) {
    const kind = name === shipOrder.name ? 'ship' : 'book';
    const request = { ...(payload as ShipRequest), sagaId: address.sagaId };
    return acceptBooking(shipment, kind, request, address);
  }
  if (!shipment) return undefined;
  if (name === handOver.name) return acceptHandOver(shipment, address);
  const reason = reasonOf(command);
  if (name === recallPickup.name) return acceptRecall(shipment, reason);
  return acceptCancel(shipment, { reason, known }, address);
}

function answerTo({ name }: AdmittedCommand, shipment: StoredShipment | undefined): Answer {
  switch (name) {
    case handOver.name:
      return handOverAnswer(shipment);
    case recallPickup.name:
      return succeed('shipping.recall-noted', {});
    case cancelShipment.name:
      return cancelAnswer(shipment);
    default:
      if (!shipment) throw new Error(`${name} left no shipment`);
      return bookingAnswer(shipment, name === shipOrder.name ? 'ship' : 'book');
  }
}
