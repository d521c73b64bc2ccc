/** A parcel that brings goods back: awaited until the carrier has decided. Pure. */
import { receiveReturn } from '#contracts';
import type { z } from 'zod';

export type ReceiveRequest = z.output<typeof receiveReturn.payload>;

/**
 * - `awaited`: the carrier may or may not know of it yet.  - `lost`: it will never come.
 * - `failed`: the carrier will not understand us, so a person must look; nothing is on its way.
 */
export type ReturnParcelStatus = 'awaited' | 'received' | 'lost' | 'failed';

export interface ReturnParcel<Waiting = unknown> {
  readonly returnId: string;
  readonly orderId: string;
  readonly items: ReceiveRequest['items'];
  readonly shippingAddress: ReceiveRequest['shippingAddress'];
  readonly status: ReturnParcelStatus;
  readonly trackingNumber: string | null;
  readonly problemCode: string | null;
  readonly revision: number;
  /** Who waits for the final answer. */
  readonly receiveTo: readonly Waiting[];
}

export type ReturnOutcome =
  | { readonly kind: 'received'; readonly trackingNumber: string }
  | { readonly kind: 'lost' | 'failed'; readonly code: string }
  | { readonly kind: 'unchanged' };

export const newReturnParcel = <Waiting>(
  request: ReceiveRequest,
  waiting: Waiting,
): ReturnParcel<Waiting> => ({
  returnId: request.returnId.toLowerCase(),
  orderId: request.orderId.toLowerCase(),
  items: request.items,
  shippingAddress: request.shippingAddress,
  status: 'awaited',
  trackingNumber: null,
  problemCode: null,
  revision: 1,
  receiveTo: [waiting],
});

/**
 * Another command for the same return waits with the first; it never makes a second parcel. One that
 * comes after the carrier did not understand us was sent by a person: the carrier is asked anew.
 */
export const alsoAwaiting = <Waiting>(
  parcel: ReturnParcel<Waiting>,
  waiting: Waiting,
): ReturnParcel<Waiting> =>
  parcel.status === 'awaited' || parcel.status === 'failed'
    ? {
        ...parcel,
        status: 'awaited',
        problemCode: null,
        revision: parcel.revision + 1,
        receiveTo: [...parcel.receiveTo, waiting],
      }
    : parcel;

/** What the carrier said, written down. What is decided stays decided. */
export const settleReturn = <Waiting>(
  parcel: ReturnParcel<Waiting>,
  outcome: ReturnOutcome,
): ReturnParcel<Waiting> => {
  if (parcel.status !== 'awaited' || outcome.kind === 'unchanged') return parcel;
  const revision = parcel.revision + 1;
  if (outcome.kind === 'received') {
    return { ...parcel, revision, status: 'received', trackingNumber: outcome.trackingNumber };
  }
  return { ...parcel, revision, status: outcome.kind, problemCode: outcome.code };
};

/** Each pause is half as long as it has been awaited, within these bounds. */
export interface PollPauses {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** How long to wait before the carrier is asked again where the parcel is. */
export const pollPauseMs = ({ leastMs, mostMs }: PollPauses, awaitedMs: number): number =>
  Math.min(mostMs, Math.max(leastMs, Math.round(awaitedMs / 2)));
