import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { shipOrder } from '#contracts';
import type { UnitOfWork } from '#messaging';
import type { AdmittedCommand, Answer, CommandHandler } from '#participant';
import { acceptShipment } from '../domain/shipment.js';
import { insertShipments } from '../persistence/insert-shipments.js';
import { lockShipments } from '../persistence/lock-shipments.js';
import type { StoredShipment } from '../persistence/shipment-row.js';
import { updateShipments } from '../persistence/update-shipments.js';
import { shipAnswer } from './shipment.replies.js';
import { ShipmentWorkers } from './shipment.workers.js';

type ShipPayload = z.output<typeof shipOrder.payload>;

/** Accepts commands: what they want is written down, and the workers are told. */
@Injectable()
export class ShipmentHandler implements CommandHandler {
  readonly participant = 'shipping';
  readonly commands = [shipOrder];

  constructor(private readonly workers: ShipmentWorkers) {}

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const stored = await lockShipments(unit.tx, [...new Set(commands.map(orderOf))]);
    const changed = new Map<string, StoredShipment>();
    const wanted = new Set<string>();
    const answers = commands.map((command) => {
      const orderId = orderOf(command);
      const { address, payload } = command;
      const request = { ...(payload as ShipPayload), orderId, sagaId: address.sagaId };
      const current = changed.get(orderId) ?? stored.get(orderId);
      const acceptance = acceptShipment(current, request, address);
      if (acceptance.changed) changed.set(orderId, acceptance.shipment);
      if (acceptance.work) wanted.add(orderId);
      return shipAnswer(acceptance.shipment);
    });
    await this.save(unit, stored, [...changed.values()]);
    await this.workers.want(unit, [...wanted]);
    return answers;
  }

  private async save(
    { tx }: UnitOfWork,
    stored: ReadonlyMap<string, StoredShipment>,
    changed: readonly StoredShipment[],
  ): Promise<void> {
    await insertShipments(
      tx,
      changed.filter(({ orderId }) => !stored.has(orderId)),
    );
    const changes = changed.flatMap((after) => {
      const before = stored.get(after.orderId);
      return before ? [{ before, after }] : [];
    });
    await updateShipments(tx, changes);
  }
}

const orderOf = ({ payload }: AdmittedCommand): string =>
  (payload as ShipPayload).orderId.toLowerCase();
