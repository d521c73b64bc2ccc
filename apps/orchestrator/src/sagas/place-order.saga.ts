import {
  anotherCard,
  bookShipment,
  cancelOrder,
  cancelShipment,
  chargePayment,
  confirmOrder,
  handOver,
  notifyCustomer,
  placeOrderInput,
  recallPickup,
  refundPayment,
  releaseStock,
  reserveStock,
  secureStock,
  type PlaceOrderInput,
} from '#contracts';
import { compensate, mendable, saga } from '#saga';
import { placeOrderExamples } from './examples.js';
import { orderAmount, orderAttributes } from './search-fields.js';

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Sendings of a command before silence counts: about an hour. */
const PATIENT = 60;

/**
 * An order from acceptance to the carrier's hands. Until the parcel is handed over everything can be
 * undone, also by the customer; from then on everything succeeds in the end.
 */
export const placeOrder = saga({ name: 'place-order', version: 3, input: placeOrderInput })
  .attributes(orderAttributes)
  .amount(orderAmount)
  .examples(...placeOrderExamples)
  .local('create-order', {
    compensation: {
      command: cancelOrder,
      payload: ({ input, cause }) => ({ orderId: input.orderId, reason: cause }),
    },
  })
  .compensable('reserve-stock', {
    command: reserveStock,
    payload: ({ input }) => ({
      orderId: input.orderId,
      items: linesOf(input.items),
      holdMs: holdMsOf(input),
      preferredWarehouse: input.preferredWarehouse,
    }),
    on: { 'inventory.stock-insufficient': compensate },
    compensation: {
      command: releaseStock,
      payload: ({ input }) => ({ orderId: input.orderId }),
    },
  })
  .compensable('charge-payment', {
    command: chargePayment,
    payload: ({ input }) => ({
      orderId: input.orderId,
      customerId: input.customerId,
      merchantId: input.merchantId,
      channel: input.channel,
      amount: input.totalAmount,
      currency: input.currency,
      method: input.payment.method,
      sealedToken: input.payment.sealedToken,
      email: input.email,
    }),
    // a transfer, or the way to a shop, takes days; it expires before this
    pendingMs: 4 * DAY_MS,
    on: {
      'payment.payment-declined': mendable({
        windowMs: anotherCardMsOf,
        data: anotherCard,
        apply: (input: PlaceOrderInput, { sealedToken }) => ({
          ...input,
          payment: { ...input.payment, sealedToken },
        }),
      }),
      'payment.payment-expired': compensate,
    },
    compensation: {
      command: refundPayment,
      payload: ({ input, cause }) => ({ orderId: input.orderId, reason: cause }),
    },
  })
  .compensable('secure-stock', {
    command: secureStock,
    payload: ({ input }) => ({ orderId: input.orderId }),
    on: { 'inventory.reservation-expired': compensate },
    compensation: { coveredBy: 'reserve-stock' },
  })
  .compensable('book-shipment', {
    command: bookShipment,
    payload: ({ input }) => ({
      orderId: input.orderId,
      merchantId: input.merchantId,
      items: linesOf(input.items),
      shippingAddress: input.shippingAddress,
    }),
    // what is paid and put aside is not given up because the shipping service is away for a moment
    attempts: PATIENT,
    // its carrier may be away for longer
    pendingMs: 2 * DAY_MS,
    on: { 'shipping.shipment-refused': compensate },
    compensation: {
      command: cancelShipment,
      payload: ({ input, cause }) => ({ orderId: input.orderId, reason: cause }),
    },
  })
  .compensable('confirm-order', {
    command: confirmOrder,
    payload: ({ input, results }) => ({
      orderId: input.orderId,
      trackingNumber: results['book-shipment'].trackingNumber,
    }),
    attempts: PATIENT,
    compensation: { coveredBy: 'create-order' },
  })
  .pivot('hand-over', {
    command: handOver,
    payload: ({ input }) => ({ orderId: input.orderId }),
    // carriers come once a day, and not on weekends
    pendingMs: 5 * DAY_MS,
    on: { 'shipping.pickup-refused': compensate, 'shipping.pickup-recalled': compensate },
    recall: {
      command: recallPickup,
      payload: ({ input, cause }) => ({ orderId: input.orderId, reason: cause }),
    },
  })
  .retriable('notify-customer', {
    command: notifyCustomer,
    skippable: true,
    payload: ({ input, results }) => ({
      template: 'order-shipped' as const,
      subjectId: input.orderId,
      email: input.email,
      phone: input.phone,
      locale: input.locale,
      order: {
        orderId: input.orderId,
        currency: input.currency,
        totalAmount: input.totalAmount,
        items: input.items,
        trackingNumber: results['hand-over'].trackingNumber,
      },
    }),
  })
  .build();

/** How long the stock is held: as long as it may take until it is paid, and some more. */
const holdMsOf = (input: PlaceOrderInput): number =>
  input.payment.method === 'credit_card'
    ? 15 * MINUTE_MS + 2 * anotherCardMsOf(input)
    : 4 * DAY_MS + 60 * MINUTE_MS;

/** Whoever is declined has so long to give another card; an order that does not say so is not asked. */
function anotherCardMsOf({ payment }: PlaceOrderInput): number {
  return payment.anotherCardMs ?? 0;
}

const linesOf = (items: readonly { productId: string; quantity: number }[]) =>
  items.map(({ productId, quantity }) => ({ productId, quantity }));
