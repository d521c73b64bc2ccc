/** The entries of an order's history: what has happened to it, for whoever watches it. */
import type { OrderStatus, Reason, ReturnStatus } from '#contracts';
import { isLost } from './follow-parcel.js';
import type { OrderState } from './settle.js';

/** What customers ask for is noted beside what became of the order. */
export const requestTypes = ['cancel-requested', 'another-card-given'] as const;

export const orderEventTypes = [
  'created',
  'confirmed',
  'shipped',
  'parcel-lost',
  'completed',
  'cancelled',
  'returned',
  'payment-declined',
  ...requestTypes,
  'return-requested',
  'return-approved',
  'return-received',
  'return-completed',
  'return-rejected',
] as const;
export type OrderEventType = (typeof orderEventTypes)[number];

/** Never anything of a card, and nothing of a person that the order itself does not hold. */
export interface OrderEventDetails {
  readonly reason?: Reason;
  readonly trackingNumber?: string;
  /** Of the return that it is about. */
  readonly returnId?: string;
  /** Of the payment, when it was declined: the same fact may come again. */
  readonly paymentRevision?: number;
}

export interface OrderEvent {
  /** 1, 2, 3, … within the order. */
  readonly seq: number;
  readonly type: OrderEventType;
  /** The order's, after it. */
  readonly status: OrderStatus;
  readonly revision: number;
  readonly details: OrderEventDetails;
  readonly at: Date;
}

/** The entry of an order that has just come to this state. */
export function typeOfState(state: Pick<OrderState, 'status' | 'reason'>): OrderEventType {
  if (state.status === 'pending') return 'created';
  return isLost(state) ? 'parcel-lost' : state.status;
}

export const typeOfReturn = (status: ReturnStatus): OrderEventType => `return-${status}`;

/** Nothing more becomes of such an order. */
export const isFinal = (status: OrderStatus): boolean =>
  status === 'cancelled' || status === 'returned';
