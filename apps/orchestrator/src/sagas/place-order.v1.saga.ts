import {
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
} from '#contracts';
import { compensate, saga } from '#saga';
import { placeOrderExamples } from './examples.js';
import { orderAmount, orderAttributes } from './search-fields.js';

/** As it was when every order was paid by card, and a declined one was cancelled at once. */
export const placeOrderV1 = saga({ name: 'place-order', version: 1, input: placeOrderInput })
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
    payload: ({ input }) => ({ orderId: input.orderId, items: linesOf(input.items) }),
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
    }),
    on: { 'payment.payment-declined': compensate, 'payment.payment-expired': compensate },
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

const linesOf = (items: readonly { productId: string; quantity: number }[]) =>
  items.map(({ productId, quantity }) => ({ productId, quantity }));
