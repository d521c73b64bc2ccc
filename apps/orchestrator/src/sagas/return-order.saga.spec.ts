import { describe, expect, it } from '@jest/globals';
import type { ReturnOrderInput } from '#contracts';
import { checkDefinition } from '#saga';
import { givenSaga } from '#testing';
import { returnOrder } from './return-order.saga.js';

const DAY_MS = 86_400_000;
const [orderId, returnId] = [
  '019aa0c5-7d5c-7000-8000-000000000001',
  '019aa0c5-7d5c-7000-8000-000000000002',
];
const input: ReturnOrderInput = {
  returnId,
  orderId,
  merchantId: 'm-1',
  currency: 'GBP',
  items: [{ productId: '85123A', quantity: 2, unitPrice: 255 }],
  refundAmount: 510,
  shippingAddress: { prefecture: 'Kent', city: 'Dover', line1: 'Quay 1', postalCode: 'CT16' },
  email: 'a@example.com',
};
const items = [{ productId: '85123A', quantity: 2 }];
const parcel = { trackingNumber: 'T-1' };

/** The saga when it has just sent the command of a step. */
const requested = () => givenSaga(returnOrder, { input });
const approved = () => requested().givenReply('approve-return', 'order.return-approved');
const underWay = () => approved().givenPending('receive-goods');
const received = () => underWay().givenReply('receive-goods', 'shipping.return-received', parcel);
const restocked = () =>
  received()
    .givenReply('record-receipt', 'order.receipt-recorded')
    .givenReply('restock', 'inventory.goods-restocked');
const refunded = () =>
  restocked().givenReply('refund', 'payment.goods-refunded', { refunded: 510 });

type ReturnTest = ReturnType<typeof requested>;

/** From the moment at which the rejection was sent: nothing else had moved. */
const rejected = (test: ReturnTest) =>
  test
    .expectCompensation('request-return', { orderId, returnId })
    .givenUndone('request-return')
    .expectLedger({})
    .expectState('compensated');

describe('return-order', () => {
  it('is sound', () => {
    expect(checkDefinition(returnOrder)).toEqual([]);
  });

  it('goes from the request to the refund and the mail', () => {
    requested()
      .expectCommand('approve-return', { orderId, returnId })
      .givenReply('approve-return', 'order.return-approved')
      .expectCommand('receive-goods', { orderId, returnId, items })
      .givenPending('receive-goods')
      .skipTime(20 * DAY_MS)
      .expectNothingSent()
      .givenReply('receive-goods', 'shipping.return-received', parcel)
      .expectCommands({ 'record-receipt': { returnId }, restock: { returnId, items } })
      .givenReply('restock', 'inventory.goods-restocked')
      .expectNothingSent()
      .givenReply('record-receipt', 'order.receipt-recorded')
      .expectCommand('refund', { orderId, returnId, amount: 510, currency: 'GBP' })
      .givenReply('refund', 'payment.goods-refunded', { refunded: 510 })
      .expectCommands({
        'complete-return': { returnId },
        'notify-customer': { template: 'return-refunded', subjectId: returnId },
      })
      .givenReply('complete-return', 'order.return-completed')
      .givenReply('notify-customer', 'notification.notice-recorded', { noticeId: 'n-1' })
      .expectState('completed')
      .expectTimerIn(null);
  });

  it('refunds nothing for what cost nothing', () => {
    const gift = [{ productId: 'gift', quantity: 1, unitPrice: 0 }];
    givenSaga(returnOrder, { input: { ...input, items: gift, refundAmount: 0 } })
      .givenReply('approve-return', 'order.return-approved')
      .givenReply('receive-goods', 'shipping.return-received', parcel)
      .givenReply('record-receipt', 'order.receipt-recorded')
      .givenReply('restock', 'inventory.goods-restocked')
      .expectStep('refund', 'skipped')
      .expectCommands({ 'complete-return': {}, 'notify-customer': {} });
  });
});

describe('a refusal', () => {
  it('of the return rejects it', () => {
    const refused = requested().givenReply('approve-return', 'order.return-refused', {
      code: 'already-returned',
    });
    rejected(refused).expectStep('approve-return', 'refused').expectStep('refund', 'skipped');
  });

  it('of the carrier, to which the goods never came, rejects it', () => {
    const lost = underWay().givenReply('receive-goods', 'shipping.return-not-received', {
      code: 'lost',
    });
    rejected(lost).expectStep('approve-return', 'undone');
  });
});

describe('silence', () => {
  it('of the approval is asked into, and then the return is rejected', () => {
    const silent = requested().givenSilence(4).expectResend('approve-return').givenSilence();
    rejected(silent.expectCause('no-answer'));
  });

  it('about the goods asks for a person after a month, and waits on', () => {
    underWay()
      .skipTime(30 * DAY_MS)
      .expectAttention('pending-too-long', 'receive-goods')
      .expectNothingSent()
      .expectState('running')
      .givenReply('receive-goods', 'shipping.return-received', parcel)
      .expectNoAttention()
      .expectCommands({ 'record-receipt': {}, restock: {} });
  });

  it('of the refund is never taken for a no', () => {
    restocked()
      .skipTime(3_600_000)
      .expectAttention('no-answer', 'refund')
      .expectResend('refund')
      .expectState('running')
      .givenReply('refund', 'payment.goods-refunded', { refunded: 510 })
      .expectNoAttention();
  });
});

describe('an answer', () => {
  it('that comes twice changes nothing', () => {
    refunded().givenDuplicate().expectNothingSent().expectNote("step 'refund' is done");
  });

  it('that comes after the return was rejected changes nothing', () => {
    requested()
      .givenSilence(5)
      .givenReply('approve-return', 'order.return-approved')
      .expectNothingSent()
      .expectNote("late succeeded recorded for 'approve-return'")
      .givenUndone('request-return')
      .expectState('compensated');
  });

  it('that says pending after the final one is late', () => {
    received()
      .givenPending('receive-goods')
      .expectNothingSent()
      .expectStep('receive-goods', 'done');
  });
});

describe('a rejection', () => {
  it('without an answer is sent again and again, and a person is told', () => {
    requested()
      .givenReply('approve-return', 'order.return-refused', { code: 'already-returned' })
      .givenSilence()
      .expectResend('request-return')
      .givenSilence(4)
      .expectAttention('no-answer', 'request-return')
      .givenUndone('request-return')
      .expectNoAttention()
      .expectState('compensated');
  });
});

describe('a cancel', () => {
  it('before the start is kept for it', () => {
    const started = givenSaga(returnOrder)
      .givenCancel()
      .expectState('awaiting-start')
      .givenStart(input);
    rejected(started);
  });

  it('while it is looked at rejects the return', () => {
    rejected(requested().givenCancel());
  });

  it('while the goods are under way waits for them: too late when they arrive', () => {
    underWay()
      .givenCancel()
      .expectNothingSent()
      .givenReply('receive-goods', 'shipping.return-received', parcel)
      .expectNote('cancel refused: the pivot is done')
      .expectCommands({ 'record-receipt': {}, restock: {} });
  });

  it('while the goods are under way waits for them: heard when they are lost', () => {
    const lost = underWay()
      .givenCancel()
      .givenReply('receive-goods', 'shipping.return-not-received', { code: 'lost' });
    rejected(lost);
  });

  it('is refused at each step after that', () => {
    for (const test of [received(), restocked(), refunded()]) {
      test.givenCancel().expectNothingSent().expectNote('cancel refused: the pivot is done');
    }
  });
});
