/** What the sagas may begin with: at boot, in the explorer, and where a saga is needed to look at. */
import type {
  PlaceOrderInput,
  RefundLostParcelInput,
  ReturnOrderInput,
  WithdrawInput,
} from '#contracts';
import type { SagaExample } from '#saga';

const orderId = '019aa0c5-7d5c-7000-8000-000000000001';

const paidByCard: PlaceOrderInput = {
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

const parcel = { shipmentId: 'shipment-1', trackingNumber: 'T-1' };
const told = { 'notify-customer': { noticeId: 'notice-1' } };

/** Of the steps of all versions that answer anything. */
const results = {
  'reserve-stock': { expiresAt: '2026-11-01T12:15:00.000Z' },
  'charge-payment': { intentId: 'intent-1', amount: paidByCard.totalAmount },
  'ship-order': parcel,
  'book-shipment': parcel,
  'hand-over': { trackingNumber: parcel.trackingNumber, handedOverAt: '2026-11-02T08:00:00.000Z' },
  ...told,
};
const mends = { 'charge-payment': { sealedToken: 'v1.other.card' } };

export const placeOrderExamples: readonly SagaExample<PlaceOrderInput>[] = [
  { about: 'paid by card, with time for another one', input: paidByCard, results, mends },
  {
    about: 'paid by card, without time for another one',
    input: { ...paidByCard, payment: { method: 'credit_card', sealedToken: 'v1.x.y' } },
    ...{ results, mends },
  },
  {
    about: 'paid by transfer',
    input: {
      ...paidByCard,
      phone: '+441304240400',
      locale: 'en',
      preferredWarehouse: 'main',
      payment: { method: 'bank_transfer' },
    },
    results,
  },
];

const refunded: ReturnOrderInput = {
  returnId: '019aa0c5-7d5c-7000-8000-000000000002',
  orderId,
  merchantId: paidByCard.merchantId,
  currency: paidByCard.currency,
  items: [{ productId: '85123A', quantity: 2, unitPrice: 255 }],
  refundAmount: 510,
  shippingAddress: paidByCard.shippingAddress,
  email: paidByCard.email,
};

const back = { 'receive-goods': { trackingNumber: 'T-2' }, ...told };
const paidBack = { refund: { refunded: refunded.refundAmount } };

export const returnOrderExamples: readonly SagaExample<ReturnOrderInput>[] = [
  { about: 'refunded', input: refunded, results: { ...back, ...paidBack } },
  {
    about: 'of what was given away',
    input: {
      ...refunded,
      items: [{ productId: '85123A', quantity: 2, unitPrice: 0 }],
      refundAmount: 0,
    },
    results: back,
  },
];

const { shippingAddress: _, ...lostParcel } = refunded;

export const refundLostParcelExamples: readonly SagaExample<RefundLostParcelInput>[] = [
  { about: 'with two pieces in it', input: lostParcel, results: { ...paidBack, ...told } },
];

export const withdrawExamples: readonly SagaExample<WithdrawInput>[] = [
  {
    about: 'to a known account',
    input: {
      withdrawalId: '019aa0c5-7d5c-7000-8000-000000000003',
      merchantId: paidByCard.merchantId,
      currency: paidByCard.currency,
      amount: 5000,
      account: { currency: paidByCard.currency, holder: 'The Tea Shop Ltd', number: '…5555' },
    },
    results: { 'pay-out': { payoutId: 'po-1' } },
  },
];
