/** What the services and sandboxes answer, as far as the demo looks at it. */

export interface OrderView {
  readonly orderId: string;
  readonly status: string;
  readonly reason?: { readonly code: string; readonly message: string };
  readonly currency: string;
  readonly totalAmount: number;
  readonly createdAt: string;
}

export interface SagaView {
  readonly sagaId: string;
  readonly orderId: string;
  readonly state: string;
  readonly cause?: { readonly code: string; readonly message: string };
  readonly attention?: { readonly message: string } | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface StockView {
  readonly productId: string;
  readonly onHand: number;
  readonly reserved: number;
  readonly available: number;
}

/** Amounts in minor units. */
export interface IntentView {
  readonly intentId: string;
  readonly orderId: string | null;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  /** How often money was taken. */
  readonly captures: number;
  readonly captured: number;
  readonly refunded: number;
  /** What the customer's bank has taken back, less what was won. */
  readonly disputed?: number;
}

export interface ShipmentView {
  readonly reference: string;
  readonly status: string;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
}

/** What became of goods that a customer sent back, or that were lost on their way to the customer. */
export interface ReturnView {
  readonly returnId: string;
  readonly orderId: string;
  readonly origin: 'customer' | 'parcel-lost';
  readonly status: string;
  readonly refundAmount: number;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
}

export interface MailView {
  readonly n: number;
  readonly to: readonly string[];
  readonly orderId: string | null;
  /** The same mail has the same one, however often it comes. */
  readonly messageId: string;
  /** Which of the shop's mails it is. */
  readonly notice: string | null;
}

export interface Books {
  readonly intents: readonly IntentView[];
  readonly shipments: readonly ShipmentView[];
  readonly mails: readonly MailView[];
}

export const isTerminal = ({ state }: SagaView): boolean =>
  state === 'completed' || state === 'compensated';
