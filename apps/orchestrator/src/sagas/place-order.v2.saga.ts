import {
  anotherCard,
  cancelOrder,
  chargePayment,
  confirmOrder,
  notifyCustomer,
  placeOrderInput,
  refundPayment,
  releaseStock,
  reserveStock,
  secureStock,
  shipOrder,
  type PlaceOrderInput,
} from '#contracts';
import { compensate, mendable, saga } from '#saga';
import { placeOrderExamples } from './examples.js';
import { orderAmount, orderAttributes } from './search-fields.js';

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * As it was before parcels were followed to the carrier's hands: an order could be cancelled until
 * its parcel was booked.
 */
export const placeOrderV2 = saga({ name: 'place-order', version: 2, input: placeOrderInput })
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
  .pivot('ship-order', {
    command: shipOrder,
    payload: ({ input }) => ({
      orderId: input.orderId,
      merchantId: input.merchantId,
      items: linesOf(input.items),
      shippingAddress: input.shippingAddress,
    }),
    on: { 'shipping.shipment-refused': compensate },
  })
  .parallel((group) =>
    group
      .retriable('confirm-order', {
        command: confirmOrder,
        payload: ({ input, results }) => ({
          orderId: input.orderId,
          trackingNumber: results['ship-order'].trackingNumber,
        }),
      })
      .retriable('notify-customer', {
        command: notifyCustomer,
        skippable: true,
        payload: ({ input, results }) => ({
          template: 'order-confirmed' as const,
          subjectId: input.orderId,
          email: input.email,
          phone: input.phone,
          locale: input.locale,
          order: {
            orderId: input.orderId,
            currency: input.currency,
            totalAmount: input.totalAmount,
            items: input.items,
            trackingNumber: results['ship-order'].trackingNumber,
          },
        }),
      }),
  )
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
