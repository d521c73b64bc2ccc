/** What the services answer, as far as tests look at it. */
import type { OrderLine } from './orders.js';

export type OrderStatus =
  'pending' | 'confirmed' | 'shipped' | 'completed' | 'cancelled' | 'returned';

export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** A line of GET /orders. */
export interface OrderSummary {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly reason?: Reason;
  readonly totalAmount: number;
  readonly currency: string;
  readonly customerId: string;
  readonly revision: number;
  readonly createdAt: string;
}

export interface OrderView extends OrderSummary {
  readonly items: readonly OrderLine[];
  readonly trackingNumber?: string;
}

export type SagaState = 'awaiting-start' | 'running' | 'compensating' | 'completed' | 'compensated';

/** A line of GET /admin/sagas. */
export interface SagaSummary {
  readonly sagaId: string;
  readonly orderId: string;
  readonly definition: string;
  readonly state: SagaState;
  readonly revision: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly cause?: Reason;
  readonly attention?: Reason & { readonly step: string };
}

export interface StepView {
  readonly name: string;
  readonly state: string;
  readonly attempts: number;
  readonly commandId: string | null;
  readonly sentAt: string | null;
  readonly finishedAt: string | null;
  readonly lastError: Reason | null;
  readonly compensation: { readonly commandId: string; readonly state: string } | null;
}

export interface SagaView extends SagaSummary {
  readonly steps: readonly StepView[];
  readonly ledger: readonly {
    readonly id: string;
    readonly taken: number;
    readonly returned: number;
  }[];
  readonly cancelRequested: Reason | null;
  readonly data: unknown;
}

export interface HistoryLine {
  readonly revision: number;
  readonly kind: string;
  readonly state: SagaState;
  readonly outcome?: string;
  readonly changes?: readonly { readonly step: string; readonly to: string }[];
  readonly note?: string;
}

export interface StockView {
  readonly productId: string;
  readonly onHand: number;
  readonly reserved: number;
  readonly available: number;
}

export type ReturnStatus = 'requested' | 'approved' | 'received' | 'completed' | 'rejected';

export interface ReturnView {
  readonly returnId: string;
  readonly orderId: string;
  readonly origin: 'customer' | 'parcel-lost';
  readonly status: ReturnStatus;
  readonly reason?: Reason;
  readonly items: readonly OrderLine[];
  readonly refundAmount: number;
  readonly currency: string;
}

/** The states of a saga's steps, by name. */
export const stepStates = ({ steps }: SagaView): Record<string, string> =>
  Object.fromEntries(steps.map(({ name, state }) => [name, state]));
