/** What each definition is explored with: an input that fits it, and what its steps answer. */
import type {
  PlaceOrderInput,
  RefundLostParcelInput,
  ReturnOrderInput,
  WithdrawInput,
} from '#contracts';

export interface Example {
  readonly input: unknown;
  readonly results?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** How much may go wrong in a run that is explored within a minute, where that is more than three. */
  readonly faults?: number;
  /** What a customer may bring when a step was refused. */
  readonly mends?: Readonly<Record<string, unknown>>;
}

const orderId = '019aa0c5-7d5c-7000-8000-000000000001';

const placeOrder: PlaceOrderInput = {
  orderId,
  customerId: 'c-1',
  merchantId: 'm-1',
  channel: 'web',
  currency: 'GBP',
  items: [{ productId: '85123A', quantity: 6, unitPrice: 255 }],
  totalAmount: 1530,
  shippingAddress: { prefecture: 'Kent', city: 'Dover', line1: 'Quay 1', postalCode: 'CT16 1AA' },
  email: 'customer@example.com',
  payment: { method: 'credit_card', sealedToken: 'v1.x.y', anotherCardMs: 1_800_000 },
};

const returnOrder: ReturnOrderInput = {
  returnId: '019aa0c5-7d5c-7000-8000-000000000002',
  orderId,
  merchantId: placeOrder.merchantId,
  currency: placeOrder.currency,
  items: [{ productId: '85123A', quantity: 2, unitPrice: 255 }],
  refundAmount: 510,
  shippingAddress: placeOrder.shippingAddress,
  email: placeOrder.email,
};

const { shippingAddress: _, ...lostParcel } = returnOrder;
const refundLostParcel: RefundLostParcelInput = lostParcel;

const withdraw: WithdrawInput = {
  withdrawalId: '019aa0c5-7d5c-7000-8000-000000000003',
  merchantId: placeOrder.merchantId,
  currency: placeOrder.currency,
  amount: 5000,
  account: { currency: placeOrder.currency, holder: 'The Tea Shop Ltd', number: '…5555' },
};

export const examples: Readonly<Record<string, Example>> = {
  'place-order': {
    input: placeOrder,
    results: {
      'ship-order': { trackingNumber: 'T-1' },
      'book-shipment': { trackingNumber: 'T-1' },
      'hand-over': { trackingNumber: 'T-1' },
    },
    mends: { 'charge-payment': { sealedToken: 'v1.other.card' } },
  },
  'return-order': { input: returnOrder, faults: 4 },
  'refund-lost-parcel': { input: refundLostParcel, faults: 5 },
  withdraw: { input: withdraw, results: { 'pay-out': { payoutId: 'po-1' } } },
};
