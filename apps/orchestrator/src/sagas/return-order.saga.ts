import {
  approveReturn,
  completeReturn,
  notifyCustomer,
  receiveReturn,
  recordReceipt,
  refundGoods,
  rejectReturn,
  restockGoods,
  returnOrderInput,
} from '#contracts';
import { compensate, saga } from '#saga';
import { returnOrderExamples } from './examples.js';
import { refundAmount, returnAttributes } from './search-fields.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Goods of a confirmed order on their way back. Until they have arrived nothing has moved, and the
 * request can be rejected; once they are here the customer gets the money, whatever it takes.
 */
export const returnOrder = saga({ name: 'return-order', version: 1, input: returnOrderInput })
  .attributes(returnAttributes)
  .amount(refundAmount)
  .examples(...returnOrderExamples)
  .local('request-return', {
    compensation: {
      command: rejectReturn,
      payload: ({ input, cause }) => ({ ...idsOf(input), reason: cause }),
    },
  })
  .compensable('approve-return', {
    command: approveReturn,
    payload: ({ input }) => idsOf(input),
    on: { 'order.return-refused': compensate },
    compensation: { coveredBy: 'request-return' },
  })
  .pivot('receive-goods', {
    command: receiveReturn,
    payload: ({ input }) => ({
      ...idsOf(input),
      items: linesOf(input.items),
      shippingAddress: input.shippingAddress,
    }),
    on: { 'shipping.return-not-received': compensate },
    // a customer takes weeks to bring a parcel to the post
    pendingMs: 30 * DAY_MS,
  })
  .parallel((group) =>
    group
      .retriable('record-receipt', {
        command: recordReceipt,
        payload: ({ input }) => idsOf(input),
      })
      .retriable('restock', {
        command: restockGoods,
        payload: ({ input }) => ({ ...idsOf(input), items: linesOf(input.items) }),
      }),
  )
  .retriable('refund', {
    command: refundGoods,
    // what was given away is taken back for nothing
    when: ({ input }) => input.refundAmount > 0,
    payload: ({ input }) => ({
      ...idsOf(input),
      amount: input.refundAmount,
      currency: input.currency,
    }),
  })
  .parallel((group) =>
    group
      .retriable('complete-return', {
        command: completeReturn,
        payload: ({ input }) => idsOf(input),
      })
      .retriable('notify-customer', {
        command: notifyCustomer,
        skippable: true,
        payload: ({ input }) => ({
          template: 'return-refunded' as const,
          subjectId: input.returnId,
          email: input.email,
          order: {
            orderId: input.orderId,
            currency: input.currency,
            totalAmount: input.refundAmount,
            items: input.items,
          },
        }),
      }),
  )
  .build();

const idsOf = ({ orderId, returnId }: { orderId: string; returnId: string }) => ({
  orderId,
  returnId,
});

const linesOf = (items: readonly { productId: string; quantity: number }[]) =>
  items.map(({ productId, quantity }) => ({ productId, quantity }));
