/**
 * Drives the carrier towards what is wanted of a parcel. It runs outside of any transaction, may be cut
 * off after every line and begun again by another process, and for the time of a lost lease two of it
 * may run; `domain/` and the carrier's own rules make that harmless:
 *
 * - a reference has one shipment, so that booking twice finds the first one, and once it is cancelled
 *   no late request can make another;
 * - asking for a pickup again changes nothing, and of a cancelled parcel it is refused;
 * - cancelling again changes nothing, and of a parcel on its way it is refused. So the carrier decides
 *   every race between a van and a recall, and says the same whenever it is asked again.
 */
import { traceEffect } from '#participant';
import type { Booking, Outcome } from '../domain/settle.js';
import { nextStep } from '../domain/next-step.js';
import type { Shipment } from '../domain/shipment.js';
import type { ParcelCarrier, Service } from '../provider/carrier.js';

export interface ShipmentStore {
  find(orderId: string): Promise<Shipment | undefined>;
  /** Writes what was found out while there is more to do, with its answers and facts. */
  settle(orderId: string, outcome: Outcome): Promise<void>;
}

/** `cheapest` asks the carrier what it takes, each time. */
export type ServiceChoice = Service | 'cheapest';

export interface Run {
  /** 1 for the first run since the parcel was wanted. */
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** Rounds that begin anew because the parcel changed under our hands; two are usual. */
const MAX_ROUNDS = 5;

export class ShippingExecution {
  constructor(
    private readonly carrier: ParcelCarrier,
    private readonly store: ShipmentStore,
    private readonly service: ServiceChoice,
  ) {}

  /** @throws OutboundError to be tried again */
  async execute(orderId: string, { attempt, signal }: Run): Promise<Outcome> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      signal.throwIfAborted();
      const shipment = await this.store.find(orderId);
      if (!shipment) return { kind: 'unchanged' };
      const { shipTo, bookTo, handOverTo, cancelTo } = shipment;
      const waiting = [...shipTo, ...bookTo, ...handOverTo, ...cancelTo];
      const traced = { worker: 'shipping', subject: orderId, waiting };
      const outcome = await traceEffect(traced, () => this.drive(shipment, attempt));
      if (outcome) return outcome;
    }
    throw new Error('the shipment changes all the time');
  }

  /** Undefined when there is more to do. */
  private async drive(shipment: Shipment, attempt: number): Promise<Outcome | undefined> {
    switch (nextStep(shipment)) {
      case 'rest':
        return { kind: 'unchanged' };
      case 'pick-up':
        return this.carrier.pickUp(idOf(shipment));
      case 'cancel':
        return this.carrier.cancel(idOf(shipment));
      case 'book': {
        const booking = await this.book(shipment, attempt);
        if (booking.kind !== 'created' || shipment.wanted === 'booked') return booking;
        await this.store.settle(shipment.orderId, booking);
        return undefined;
      }
    }
  }

  /**
   * Nobody knows what became of a call without an answer, except the carrier: it is asked before it
   * is told again, also by the process that goes on where another one died.
   */
  private async book(shipment: Shipment, attempt: number): Promise<Booking> {
    const mayExist = attempt > 1 || shipment.wanted === 'cancelled';
    const existing = mayExist ? await this.carrier.find(shipment.orderId) : undefined;
    if (existing) return existing;
    if (this.service !== 'cheapest') return this.carrier.book(shipment, this.service);
    const rates = await this.carrier.rates(shipment);
    if (rates.kind !== 'rates') return rates;
    const [first, ...others] = rates.rates;
    const cheapest = others.reduce(
      (best, rate) => (rate.amount < best.amount ? rate : best),
      first,
    );
    return this.carrier.book(shipment, cheapest.service);
  }
}

function idOf({ shipmentId, orderId }: Shipment): string {
  if (shipmentId === null) throw new Error(`the shipment of ${orderId} has no number`);
  return shipmentId;
}
