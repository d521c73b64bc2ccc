import { describe, expect, it } from '@jest/globals';
import type { ReturnOrderInput } from '#contracts';
import { checkDefinition } from '#saga';
import { givenSaga } from '#testing';
import { returnOrder } from './return-order.saga.js';
import { askingSteps, toldUntil } from './spec/told-until.js';

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

const requested = () => givenSaga(returnOrder, { input });
type ReturnTest = ReturnType<typeof requested>;

const answers = {
  'approve-return': (test) => test.givenReply('approve-return', 'order.return-approved'),
  'receive-goods': (test) => test.givenReply('receive-goods', 'shipping.return-received', parcel),
  'record-receipt': (test) => test.givenReply('record-receipt', 'order.receipt-recorded'),
  restock: (test) => test.givenReply('restock', 'inventory.goods-restocked'),
  refund: (test) => test.givenReply('refund', 'payment.goods-refunded', { refunded: 510 }),
  'complete-return': (test) => test.givenReply('complete-return', 'order.return-completed'),
  'notify-customer': (test) =>
    test.givenReply('notify-customer', 'notification.notice-recorded', { noticeId: 'n-1' }),
} satisfies Record<string, (test: ReturnTest) => ReturnTest>;

type Asking = keyof typeof answers;
const steps = Object.keys(answers) as Asking[];
const pastThePivot = steps.slice(steps.indexOf('receive-goods') + 1);

/** The saga when the command of a step is out, and all that was sent before it is answered. */
const at = toldUntil<ReturnTest, Asking>(requested, answers);
const underWay = () => at('receive-goods').givenPending('receive-goods');
const received = () => at('record-receipt');
const restocked = () => at('refund');
const completed = () => at();

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

  it('is tried here at each of its steps', () => {
    expect(steps).toEqual(askingSteps(returnOrder));
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

  it('about goods that nobody looks for yet is no no either', () => {
    at('receive-goods')
      .skipTime(3_600_000)
      .expectAttention('no-answer', 'receive-goods')
      .expectResend('receive-goods')
      .expectState('running');
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
  it.each(steps.slice(0, -1))('that comes twice changes nothing: %s', (step) => {
    const test = answers[step](at(step)).givenDuplicate();
    test.expectNothingSent().expectNote(`step '${step}' is done`).expectState('running');
  });

  it('that comes twice changes nothing: the last one', () => {
    const twice = completed().givenDuplicate();
    twice.expectNothingSent().expectNote('late succeeded recorded').expectState('completed');
  });

  it('that comes twice changes nothing: that it is rejected', () => {
    const twice = rejected(requested().givenCancel()).givenDuplicate();
    twice.expectNothingSent().expectNote('is over').expectState('compensated');
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

  it('that comes when the return is rejected for good changes nothing', () => {
    const late = rejected(requested().givenCancel());
    answers['approve-return'](late)
      .expectNothingSent()
      .expectNote("late succeeded recorded for 'approve-return'")
      .expectState('compensated');
  });

  it('of goods that were said to be lost changes nothing', () => {
    const lost = underWay().givenReply('receive-goods', 'shipping.return-not-received', {
      code: 'lost',
    });
    const late = answers['receive-goods'](lost.expectCompensation('request-return'));
    late
      .expectNothingSent()
      .expectNote("late succeeded recorded for 'receive-goods'")
      .givenUndone('request-return')
      .expectState('compensated')
      .expectStep('receive-goods', 'refused');
  });

  it.each(pastThePivot)('that comes after a person was told is heard: %s', (step) => {
    const late = at(step).skipTime(3_600_000).expectAttention('no-answer');
    for (const other of steps.slice(steps.indexOf(step))) {
      if (late.instance.steps[other]?.state === 'sent') answers[other](late);
    }
    late.expectStep(step, 'done').expectNoAttention();
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

  it.each(pastThePivot)('while %s is out is refused', (step) => {
    const cancelled = at(step)
      .givenCancel()
      .expectNothingSent()
      .expectNote('cancel refused: the pivot is done')
      .expectState('running');
    answers[step](cancelled).expectStep(step, 'done');
  });

  it('after the end is refused', () => {
    const test = completed().givenCancel().expectNothingSent();
    test.expectNote('the way back is another saga').expectState('completed');
  });

  it('of a return that is being rejected, or is, changes nothing', () => {
    const rejecting = requested().givenCancel().expectCompensation('request-return');
    rejecting
      .givenCancel()
      .expectNothingSent()
      .expectNote('already being undone')
      .givenUndone('request-return')
      .expectState('compensated')
      .givenCancel()
      .expectNothingSent()
      .expectNote('already undone')
      .expectState('compensated');
  });
});
