import { describe, expect, it } from '@jest/globals';
import type { RefundLostParcelInput } from '#contracts';
import { checkDefinition } from '#saga';
import { givenSaga } from '#testing';
import { refundLostParcel } from './refund-lost-parcel.saga.js';

const [orderId, returnId] = [
  '019aa0c5-7d5c-7000-8000-000000000001',
  '019aa0c5-7d5c-7000-8000-000000000002',
];
const input: RefundLostParcelInput = {
  returnId,
  orderId,
  merchantId: 'm-1',
  currency: 'GBP',
  items: [{ productId: '85123A', quantity: 2, unitPrice: 255 }],
  refundAmount: 510,
  email: 'a@example.com',
  locale: 'ja-JP',
};
const requested = () => givenSaga(refundLostParcel, { input });

describe('refund-lost-parcel', () => {
  it('is sound', () => {
    expect(checkDefinition(refundLostParcel)).toEqual([]);
  });

  it('gives the money back, and says so', () => {
    requested()
      .expectCommand('refund', { orderId, returnId, amount: 510, currency: 'GBP' })
      .givenReply('refund', 'payment.goods-refunded', { refunded: 510 })
      .expectCommand('complete-return', { orderId, returnId })
      .givenReply('complete-return', 'order.return-completed')
      .expectCommand('notify-customer', {
        template: 'parcel-lost',
        subjectId: returnId,
        locale: 'ja-JP',
      })
      .givenReply('notify-customer', 'notification.notice-recorded', { noticeId: 'n-1' })
      .expectState('completed')
      .expectTimerIn(null);
  });

  it('takes silence for no answer, and asks a person while it asks again', () => {
    requested()
      .skipTime(3_600_000)
      .expectAttention('no-answer', 'refund')
      .expectResend('refund')
      .expectState('running')
      .givenReply('refund', 'payment.goods-refunded', { refunded: 510 })
      .expectNoAttention()
      .expectCommand('complete-return', { returnId });
  });

  it('cannot be called off: the money is on its way', () => {
    requested().givenCancel().expectNothingSent().expectState('running');
  });
});
