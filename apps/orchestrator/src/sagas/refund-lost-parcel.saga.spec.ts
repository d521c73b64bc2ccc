import { describe, expect, it } from '@jest/globals';
import type { Effect, RefundLostParcelInput } from '#contracts';
import { checkDefinition, stepsOf } from '#saga';
import { givenSaga } from '#testing';
import { refundLostParcel } from './refund-lost-parcel.saga.js';
import { askingSteps, toldUntil } from './spec/told-until.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
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

/** What payment says it has given back of what was taken for the order. */
const refunded: Effect = {
  ...{ id: `payment:${orderId}`, kind: 'money', unit: 'GBP' },
  ...{ taken: 1530, returned: 510, revision: 2 },
};

const requested = () => givenSaga(refundLostParcel, { input });
type RefundTest = ReturnType<typeof requested>;

const answers = {
  refund: (test) =>
    test.givenReply('refund', 'payment.goods-refunded', { refunded: 510 }, { effects: [refunded] }),
  'complete-return': (test) => test.givenReply('complete-return', 'order.return-completed'),
  'notify-customer': (test) =>
    test.givenReply('notify-customer', 'notification.notice-recorded', { noticeId: 'n-1' }),
} satisfies Record<string, (test: RefundTest) => RefundTest>;

type Asking = keyof typeof answers;
const steps = Object.keys(answers) as Asking[];

/** The saga when it has just sent the command of a step. */
const at = toldUntil<RefundTest, Asking>(requested, answers);
const completed = () => at();
/** Where answers are waited for by the hour. */
const slowlyAt = toldUntil<RefundTest, Asking>(
  () => givenSaga(refundLostParcel, { input, timing: { timeoutMs: HOUR_MS, backoff: 'fixed' } }),
  answers,
);

describe('refund-lost-parcel', () => {
  it('is sound', () => {
    expect(checkDefinition(refundLostParcel)).toEqual([]);
  });

  it('is tried here at each of its steps, none of which can be refused or undone', () => {
    expect(steps).toEqual(askingSteps(refundLostParcel));
    expect(new Set(stepsOf(refundLostParcel).map(({ kind }) => kind))).toEqual(
      new Set(['retriable']),
    );
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
});

describe.each(steps)('the answer to %s', (step) => {
  it('is asked for as long as it takes, and a person is told', () => {
    const silent = at(step)
      .givenSilence(4)
      .expectResend(step)
      .expectNoAttention()
      .skipTime(HOUR_MS)
      .expectAttention('no-answer', step)
      .expectResend(step)
      .expectState('running');
    answers[step](silent).expectNoAttention().expectStep(step, 'done');
  });

  it('that comes after days is heard, though its command went out for the last time', () => {
    const late = slowlyAt(step)
      .skipTime(8 * DAY_MS)
      .expectAttention('no-answer', step)
      .skipTime(DAY_MS)
      .expectNothingSent();
    answers[step](late).expectNoAttention().expectStep(step, 'done');
  });

  it('that comes twice changes nothing', () => {
    const test = answers[step](at(step));
    const { state, ledger } = test.instance;
    test.givenDuplicate().expectNothingSent().expectStep(step, 'done').expectState(state);
    expect(test.instance.ledger).toEqual(ledger);
  });

  it('that it failed for good is not the last word', () => {
    const failed = at(step)
      .givenDead(step)
      .expectAttention('broken', step)
      .givenSilence()
      .expectResend(step)
      .expectState('running');
    answers[step](failed).expectNoAttention().expectStep(step, 'done');
  });

  it('is waited for though the customer cancels', () => {
    const cancelled = at(step)
      .givenCancel()
      .expectNothingSent()
      .expectNote('cancel refused: there is no way back from here')
      .expectState('running');
    answers[step](cancelled).expectStep(step, 'done');
  });
});

describe('a cancel', () => {
  it('before the start is kept for it: then nothing is refunded', () => {
    givenSaga(refundLostParcel)
      .givenCancel()
      .expectState('awaiting-start')
      .givenStart(input)
      .expectNothingSent()
      .expectCause('customer')
      .expectLedger({})
      .expectState('compensated')
      .expectTimerIn(null);
  });

  it('after the end is refused', () => {
    completed()
      .givenCancel()
      .expectNothingSent()
      .expectNote('the way back is another saga')
      .expectState('completed');
  });
});
