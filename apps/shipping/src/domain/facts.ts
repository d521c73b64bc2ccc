import type { Reason } from '#contracts';
import { BY_CARRIER } from './settle.js';
import { isInHands, type Shipment } from './shipment.js';

/** What others are told happened to a shipment. `at`: when, where the carrier said so. */
export type Fact = { readonly revision: number } & (
  | { readonly kind: 'created' | 'lost'; readonly at: string | null }
  | { readonly kind: 'handed-over' | 'delivered'; readonly at: string | null }
  | { readonly kind: 'refused' | 'cancelled'; readonly at: null; readonly reason: Reason }
);

type Draft = Fact extends infer One ? (One extends Fact ? Omit<One, 'revision'> : never) : never;

/**
 * The facts of one stored change, in the order in which they happened. They follow from the two states
 * alone, so whatever path led from one to the other, each comes out once. Each has a revision of its
 * own: a consumer may drop what it has already seen.
 */
export function factsBetween(before: Shipment | undefined, after: Shipment): Fact[] {
  const drafts: Draft[] = [];
  if (!isBooked(before) && isBooked(after)) drafts.push({ kind: 'created', at: after.bookedAt });
  if (!(before && isInHands(before)) && isInHands(after)) {
    drafts.push({ kind: 'handed-over', at: after.handedOverAt });
  }
  if (before?.status !== after.status) drafts.push(...endOf(after));
  return drafts.map((draft, index) => ({
    ...draft,
    revision: after.revision - (drafts.length - 1 - index),
  }));
}

const isBooked = (shipment: Shipment | undefined): boolean =>
  shipment !== undefined && shipment.shipmentId !== null;

function endOf(shipment: Shipment): Draft[] {
  switch (shipment.status) {
    case 'refused': {
      const reason = { code: shipment.problemCode ?? 'unknown', message: REFUSED };
      return [{ kind: 'refused', at: null, reason }];
    }
    case 'cancelled':
      return [{ kind: 'cancelled', at: null, reason: shipment.cancelReason ?? BY_CARRIER }];
    case 'delivered':
      return [{ kind: 'delivered', at: shipment.deliveredAt }];
    case 'lost':
      return [{ kind: 'lost', at: null }];
    case 'requested':
    case 'created':
    case 'failed':
    case 'handed-over':
      return [];
  }
}

export const REFUSED = 'The carrier does not take this parcel.';
