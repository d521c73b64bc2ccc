/** A saga with what `place-order` does not have: mends, updates, a step it can do without. */
import {
  cancelOrder,
  chargePayment,
  confirmOrder,
  notifyCustomer,
  refundPayment,
  releaseStock,
  reserveStock,
  shipOrder,
  type ShippingAddress,
} from '#contracts';
import { carryOn, compensate, mendable, saga, update } from '#saga';
import { z } from 'zod';

const giftInput = z.object({
  orderId: z.uuid(),
  card: z.string(),
  wrapped: z.boolean(),
  intentId: z.string().optional(),
});
type GiftInput = z.infer<typeof giftInput>;

export const gift: GiftInput = {
  orderId: '019aa0c5-7d5c-7000-8000-000000000001',
  card: 'v1.a.b',
  wrapped: true,
};
const someone = { customerId: 'c', merchantId: 'm', channel: 'web', currency: 'GBP' };
const address: ShippingAddress = { prefecture: 'K', city: 'D', line1: '1', postalCode: 'CT16' };
const items = [{ productId: 'gift', quantity: 1 }];
const orderOf = ({ input }: { input: GiftInput }) => ({ orderId: input.orderId });

export const DAY_MS = 86_400_000;

export const sendGift = saga({ name: 'send-gift', version: 1, input: giftInput })
  .local('create-order', {
    compensation: {
      command: cancelOrder,
      payload: ({ input, cause }) => ({ orderId: input.orderId, reason: cause }),
    },
  })
  .parallel((group) =>
    group
      .compensable('reserve-paper', {
        command: reserveStock,
        when: ({ input }) => input.wrapped,
        payload: ({ input }) => ({ orderId: input.orderId, items }),
        on: { 'inventory.stock-insufficient': carryOn },
        compensation: { command: releaseStock, payload: orderOf },
      })
      .compensable('charge-payment', {
        command: chargePayment,
        payload: ({ input }) => ({
          ...{ ...someone, orderId: input.orderId, amount: 500 },
          method: 'credit_card' as const,
          sealedToken: input.card,
        }),
        on: {
          'payment.payment-declined': mendable({
            windowMs: DAY_MS,
            data: z.object({ card: z.string() }),
            apply: (input: GiftInput, { card }) => ({ ...input, card }),
          }),
          'payment.payment-expired': compensate,
          'payment.payment-captured': update(
            (input: GiftInput, { intentId }: { intentId: string }) => ({ ...input, intentId }),
          ),
        },
        compensation: {
          command: refundPayment,
          payload: ({ input, cause }) => ({ orderId: input.orderId, reason: cause }),
        },
      }),
  )
  .pivot('ship-order', {
    command: shipOrder,
    timeoutMs: 10_000,
    attempts: 5,
    backoff: 'exponential',
    backoffMaxMs: 60_000,
    pendingMs: 14 * DAY_MS,
    payload: ({ input }) => ({
      ...{ orderId: input.orderId, merchantId: 'm', items },
      shippingAddress: address,
    }),
    on: { 'shipping.shipment-refused': compensate },
  })
  .parallel((group) =>
    group
      .retriable('confirm-order', { command: confirmOrder, payload: orderOf })
      .retriable('notify-customer', {
        command: notifyCustomer,
        payload: ({ input }) => ({
          template: 'order-confirmed' as const,
          subjectId: input.orderId,
          email: 'a@example.com',
          order: { orderId: input.orderId, currency: 'GBP', totalAmount: 500, items: [] },
        }),
      }),
  )
  .build();
