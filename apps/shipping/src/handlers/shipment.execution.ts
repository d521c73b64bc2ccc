import { OutboundError } from '#platform';
import type { Outcome, Shipment } from '../domain/shipment.js';
import { CarrierRejection, type Carrier } from '../provider/carrier.js';

/**
 * Books a shipment with the carrier, outside of any transaction. Harmless when it is cut off or runs
 * twice: the carrier keeps one shipment a reference, and the reference is the order.
 */
export class ShipmentExecution {
  constructor(
    private readonly carrier: Carrier,
    private readonly find: (orderId: string) => Promise<Shipment | undefined>,
  ) {}

  /** @throws OutboundError: to be tried again */
  async execute(orderId: string): Promise<Outcome> {
    const shipment = await this.find(orderId);
    if (shipment?.status !== 'accepted') return { kind: 'unchanged' };
    try {
      return await this.carrier.book(shipment);
    } catch (error) {
      if (error instanceof CarrierRejection) return { kind: 'rejected', code: error.code };
      if (!(error instanceof OutboundError) || !error.sent) throw error;
      // Nobody knows whether it was booked, except the carrier's books.
      const booked = await this.carrier.find(orderId);
      if (!booked) throw error;
      return { kind: 'created', ...booked };
    }
  }
}
