import {
  completeReturn,
  notifyCustomer,
  refundGoods,
  refundLostParcelInput,
  type RefundLostParcelInput,
} from '#contracts';
import { saga } from '#saga';
import { refundLostParcelExamples } from './examples.js';
import { refundAmount, returnAttributes } from './search-fields.js';

/**
 * What a parcel has cost that the carrier has lost. There is nothing to decide and nothing to bring
 * back, so that no step can be refused: the customer gets the money, whatever it takes.
 */
export const refundLostParcel = saga({
  name: 'refund-lost-parcel',
  version: 1,
  input: refundLostParcelInput,
})
  .attributes(returnAttributes)
  .amount(refundAmount)
  .examples(...refundLostParcelExamples)
  .retriable('refund', {
    command: refundGoods,
    payload: ({ input }) => ({
      ...idsOf(input),
      amount: input.refundAmount,
      currency: input.currency,
    }),
  })
  .retriable('complete-return', {
    command: completeReturn,
    payload: ({ input }) => idsOf(input),
  })
  .retriable('notify-customer', {
    command: notifyCustomer,
    skippable: true,
    payload: ({ input }) => ({
      template: 'parcel-lost' as const,
      subjectId: input.returnId,
      email: input.email,
      phone: input.phone,
      locale: input.locale,
      order: {
        orderId: input.orderId,
        currency: input.currency,
        totalAmount: input.refundAmount,
        items: input.items,
      },
    }),
  })
  .build();

const idsOf = ({ orderId, returnId }: RefundLostParcelInput) => ({ orderId, returnId });
