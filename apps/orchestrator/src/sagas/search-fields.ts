/** What an operator has in hand when a saga is looked for. */
import type { PlaceOrderInput, RefundLostParcelInput, ReturnOrderInput } from '#contracts';
import type { InputContext, SagaAmount, SagaAttributes } from '#saga';

export const orderAttributes = ({ input }: InputContext<PlaceOrderInput>): SagaAttributes => ({
  customer: input.customerId,
  merchant: input.merchantId,
  channel: input.channel,
});

export const orderAmount = ({ input }: InputContext<PlaceOrderInput>): SagaAmount => ({
  value: input.totalAmount,
  currency: input.currency,
});

type Returned = ReturnOrderInput | RefundLostParcelInput;

/** Its own business key is that of the return. */
export const returnAttributes = ({ input }: InputContext<Returned>): SagaAttributes => ({
  order: input.orderId,
  merchant: input.merchantId,
});

export const refundAmount = ({ input }: InputContext<Returned>): SagaAmount => ({
  value: input.refundAmount,
  currency: input.currency,
});
