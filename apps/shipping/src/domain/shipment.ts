/**
 * One order's parcel, as a level: `wanted` is what was asked for last, `status` how far the carrier has
 * followed. Whoever works on it moves `status` towards `wanted`, however often it is interrupted, so
 * no step has to remember which message it was started by.
 */
import { bookShipment, type Reason } from '#contracts';
import type { z } from 'zod';

export type ShipRequest = z.output<typeof bookShipment.payload>;

/** `cancelled`: by the saga, or because the pickup was recalled. It is for good. */
export type Wanted = 'booked' | 'handed-over' | 'cancelled';

/**
 * - `requested`: the carrier may or may not know of it.  - `created`: it has a label.
 * - `refused`: the carrier's business no.
 * - `failed`: the carrier will not understand us, so a person must look; nothing was shipped.
 * - `cancelled`: the label is void, by us or by the carrier.
 * - `handed-over`: in the carrier's hands.  - `delivered`, `lost`: what became of it there.
 */
export const STATUSES = [
  'requested',
  'created',
  'refused',
  'failed',
  'cancelled',
  'handed-over',
  'delivered',
  'lost',
] as const;
export type ShipmentStatus = (typeof STATUSES)[number];

/** `Waiting` is where an answer goes; the rules never look. Times are RFC 3339. */
export interface Shipment<Waiting = unknown> {
  readonly orderId: string;
  readonly sagaId: string;
  readonly merchantId: string;
  readonly items: ShipRequest['items'];
  readonly shippingAddress: ShipRequest['shippingAddress'];
  readonly wanted: Wanted;
  readonly status: ShipmentStatus;
  readonly shipmentId: string | null;
  readonly trackingNumber: string | null;
  /** Why it was refused or failed; of a booked one, why it was not fetched or not cancelled. */
  readonly problemCode: string | null;
  readonly cancelReason: Reason | null;
  readonly bookedAt: string | null;
  readonly handedOverAt: string | null;
  readonly deliveredAt: string | null;
  readonly revision: number;
  /** Who waits for which final answer: to ship, to book, to hand over, to cancel. */
  readonly shipTo: readonly Waiting[];
  readonly bookTo: readonly Waiting[];
  readonly handOverTo: readonly Waiting[];
  readonly cancelTo: readonly Waiting[];
}

const IN_HANDS: ReadonlySet<ShipmentStatus> = new Set(['handed-over', 'delivered', 'lost']);

/** The carrier has or had it: it cannot be cancelled any more. */
export const isInHands = ({ status }: Pick<Shipment, 'status'>): boolean => IN_HANDS.has(status);

/** Whether something can still become of it at the carrier by what we ask for. */
export const isOpen = ({ status }: Pick<Shipment, 'status'>): boolean =>
  status === 'requested' || status === 'created';

/** One change, and so one revision more. */
export const changed = <Waiting>(
  shipment: Shipment<Waiting>,
  change: Partial<Shipment<Waiting>>,
): Shipment<Waiting> => ({ ...shipment, ...change, revision: shipment.revision + 1 });
