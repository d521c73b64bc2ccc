import type { Shipment } from './shipment.js';

/**
 * What moves a parcel towards what is wanted:
 * - `rest`: it is there, or will not get further by what we do.
 * - `book`: ask for a label. Also for one that is to be cancelled: nobody knows whether an earlier
 *   request still arrives, and only what is booked can be cancelled for good.
 * - `pick-up`: have it fetched; asked again, the carrier says how far that is.
 * - `cancel`: void the label, if it is not too late.
 */
export type NextStep = 'rest' | 'book' | 'pick-up' | 'cancel';

export function nextStep({ status, wanted }: Pick<Shipment, 'status' | 'wanted'>): NextStep {
  if (status === 'requested') return 'book';
  if (status !== 'created') return 'rest';
  switch (wanted) {
    case 'booked':
      return 'rest';
    case 'handed-over':
      return 'pick-up';
    case 'cancelled':
      return 'cancel';
  }
}
