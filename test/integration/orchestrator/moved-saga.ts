/** A saga in two versions; the second says what has become of the first. */
import {
  bookShipment,
  cancelOrder,
  chargePayment,
  confirmOrder,
  notifyCustomer,
  refundPayment,
  releaseStock,
  reserveStock,
  secureStock,
  shipOrder,
  type Reason,
} from '#contracts';
import { compensate, saga } from '#saga';
import { z } from 'zod';

const firstInput = z.object({ orderId: z.uuid() });
type FirstInput = z.infer<typeof firstInput>;
const secondInput = firstInput.extend({ email: z.string() });

const orderId = '019aa0c5-7d5c-7000-8000-000000000001';
/** What its steps answer, under the names of both versions. */
const paid = { intentId: 'pi_1', amount: 500 };
const parcel = { shipmentId: 's', trackingNumber: 't' };
const others = { 'reserve-stock': { expiresAt: 'later' }, 'ship-order': parcel };
const results = { ...others, 'charge-payment': paid };
const secondResults = { ...others, 'collect-payment': paid, 'notify-customer': { noticeId: 'n' } };

const items = [{ productId: 'p', quantity: 1 }];
const shippingAddress = { prefecture: 'Kent', city: 'Dover', line1: 'Quay 1', postalCode: 'CT16' };

const orderOf = ({ input }: { input: FirstInput }) => ({ orderId: input.orderId });
const undoOf = ({ input, cause }: { input: FirstInput; cause: Reason }) => ({
  ...{ orderId: input.orderId, reason: cause },
});
const chargeOf = ({ input }: { input: FirstInput }) => ({
  ...{ orderId: input.orderId, customerId: 'c', merchantId: 'm', channel: 'web' },
  ...{ amount: 500, currency: 'GBP', method: 'bank_transfer' as const },
});
const parcelOf = ({ input }: { input: FirstInput }) => ({
  ...{ orderId: input.orderId, merchantId: 'm', items, shippingAddress },
});
const declined = { 'payment.payment-declined': compensate, 'payment.payment-expired': compensate };
const refund = { command: refundPayment, payload: undoOf };
const release = { command: releaseStock, payload: orderOf };

export const firstVersion = (name: string) =>
  saga({ name, version: 1, input: firstInput })
    .examples({ about: 'an order', input: { orderId }, results })
    .local('create-order', { compensation: { command: cancelOrder, payload: undoOf } })
    .compensable('charge-payment', {
      ...{ command: chargePayment, payload: chargeOf, on: declined, compensation: refund },
    })
    .compensable('reserve-stock', {
      command: reserveStock,
      payload: ({ input }) => ({ orderId: input.orderId, items }),
      on: { 'inventory.stock-insufficient': compensate },
      compensation: release,
    })
    .pivot('ship-order', {
      command: shipOrder,
      payload: parcelOf,
      on: { 'shipping.shipment-refused': compensate },
    })
    .retriable('confirm-order', { command: confirmOrder, payload: orderOf })
    .build();

export const UNKNOWN_EMAIL = 'nobody@example.com';

/** One step has another name, one another command, two are new, and the input has grown. */
export const secondVersion = (name: string) =>
  saga({
    ...{ name, version: 2, input: secondInput },
    movesFrom: [
      {
        from: 1,
        renamed: { 'charge-payment': 'collect-payment' },
        input: (old) => ({ ...firstInput.parse(old), email: UNKNOWN_EMAIL }),
      },
    ],
  })
    .examples({
      ...{ about: 'an order', input: { orderId, email: 'a@example.com' }, results: secondResults },
    })
    .local('create-order', { compensation: { command: cancelOrder, payload: undoOf } })
    .compensable('collect-payment', {
      ...{ command: chargePayment, payload: chargeOf, on: declined, compensation: refund },
    })
    .compensable('reserve-stock', {
      command: reserveStock,
      payload: ({ input }) => ({ orderId: input.orderId, items }),
      on: { 'inventory.stock-insufficient': compensate },
      compensation: release,
    })
    .compensable('secure-stock', {
      command: secureStock,
      payload: orderOf,
      on: { 'inventory.reservation-expired': compensate },
      compensation: { coveredBy: 'reserve-stock' },
    })
    .pivot('ship-order', {
      command: bookShipment,
      payload: parcelOf,
      on: { 'shipping.shipment-refused': compensate },
    })
    .retriable('confirm-order', { command: confirmOrder, payload: orderOf })
    .retriable('notify-customer', {
      command: notifyCustomer,
      payload: ({ input }) => ({
        ...{ template: 'order-confirmed' as const, subjectId: input.orderId, email: input.email },
        order: { orderId: input.orderId, currency: 'GBP', totalAmount: 500, items: [] },
      }),
    })
    .build();
