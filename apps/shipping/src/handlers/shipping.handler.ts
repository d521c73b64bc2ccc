import { shipOrder } from '#contracts';
import type { UnitOfWork } from '#messaging';
import type { AdmittedCommand, Answer, CommandHandler } from '#participant';
import { alsoWaiting, newShipment, type ShipRequest } from '../domain/shipment.js';
import type { StoredShipment } from '../persistence/shipment-row.js';
import { postgresShipmentRows, type ShipmentRows } from '../persistence/shipment-rows.js';
import { shipAnswer } from './shipping.replies.js';
import { ShippingWorkers } from './shipping.workers.js';

/** Accepts commands: what is to be shipped is written down, and the workers are told. */
export class ShippingHandler implements CommandHandler {
  readonly participant = 'shipping';
  readonly commands = [shipOrder];

  constructor(
    private readonly workers: ShippingWorkers,
    private readonly rows: ShipmentRows = postgresShipmentRows,
  ) {}

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const stored = await this.rows.lockShipments(unit.tx, [...new Set(commands.map(orderOf))]);
    const current = new Map(stored);
    const answers = commands.map((command) => {
      const shipment = accept(current.get(orderOf(command)), command);
      current.set(shipment.orderId, shipment);
      return shipAnswer(shipment);
    });
    const after = [...current.values()];
    await this.rows.insertShipments(
      unit.tx,
      after.filter(({ orderId }) => !stored.has(orderId)),
    );
    await this.rows.updateShipments(
      unit.tx,
      after.flatMap((shipment) => {
        const before = stored.get(shipment.orderId);
        return before && before !== shipment ? [{ before, after: shipment }] : [];
      }),
    );
    const undecided = after.filter(({ status }) => status === 'requested');
    await this.workers.want(
      unit,
      undecided.map(({ orderId }) => orderId),
    );
    return answers;
  }
}

const orderOf = ({ payload }: AdmittedCommand): string =>
  (payload as ShipRequest).orderId.toLowerCase();

function accept(
  shipment: StoredShipment | undefined,
  { payload, address }: AdmittedCommand,
): StoredShipment {
  if (!shipment) return newShipment(payload as ShipRequest, address.sagaId, address);
  return alsoWaiting(shipment, address);
}
