import { describe, expect, it } from '@jest/globals';
import type { Effect } from '#contracts';
import { checkDefinition, ownCompensation, stepsOf } from '#saga';
import { givenSaga } from '#testing';
import { DAY_MS, MINUTE_MS, input, orderId } from './fixtures/place-order.js';
import { placeOrder } from './place-order.saga.js';
import { placeOrderV1 } from './place-order.v1.saga.js';
import { placeOrderV2 } from './place-order.v2.saga.js';
import { askingSteps, toldUntil } from './spec/told-until.js';

const items = [{ productId: '85123A', quantity: 6 }];

const paid = (taken: number, returned: number, revision: number): Effect => ({
  ...{ id: `payment:${orderId}`, kind: 'money', unit: 'GBP' },
  ...{ taken, returned, revision },
});

const placed = () => givenSaga(placeOrder, { input });
type PlaceOrderTest = ReturnType<typeof placed>;
type Answer = (test: PlaceOrderTest) => PlaceOrderTest;

const shipment = { shipmentId: 's-1', trackingNumber: 'T-1' };
const handedOver = { trackingNumber: 'T-1', handedOverAt: '18:00' };

const answers = {
  'reserve-stock': (test) =>
    test.givenReply('reserve-stock', 'inventory.stock-reserved', { expiresAt: '12:15' }),
  'charge-payment': (test) =>
    test.givenReply(
      'charge-payment',
      'payment.payment-captured',
      { intentId: 'pi_1', amount: 1530 },
      { effects: [paid(1530, 0, 1)] },
    ),
  'secure-stock': (test) => test.givenReply('secure-stock', 'inventory.stock-secured'),
  'book-shipment': (test) => test.givenReply('book-shipment', 'shipping.shipment-booked', shipment),
  'confirm-order': (test) => test.givenReply('confirm-order', 'order.order-confirmed'),
  'hand-over': (test) => test.givenReply('hand-over', 'shipping.handed-over', handedOver),
  'notify-customer': (test) =>
    test.givenReply('notify-customer', 'notification.notice-recorded', { noticeId: 'n-1' }),
} satisfies Record<string, Answer>;

type Asking = keyof typeof answers;
const steps = Object.keys(answers) as Asking[];

/** The saga when it has just sent the command of a step. */
const at = toldUntil<PlaceOrderTest, Asking>(placed, answers);
const charging = () => at('charge-payment');
const securing = () => at('secure-stock');
const booking = () => at('book-shipment');
const handingOver = () => at('hand-over');
const shipped = () => at('notify-customer');
const completed = () => at();

const refunding = () =>
  booking().givenReply('book-shipment', 'shipping.shipment-refused', { code: 'undeliverable' });

/** What each compensation is answered with, in the order in which they are sent. */
const undoAnswers = {
  'book-shipment': (test) => test.givenUndoReply('book-shipment', 'shipping.shipment-cancelled'),
  'charge-payment': (test) =>
    test.givenUndoReply(
      'charge-payment',
      'payment.payment-refunded',
      { refunded: 1530 },
      { effects: [paid(1530, 1530, 2)] },
    ),
  'reserve-stock': (test) => test.givenUndoReply('reserve-stock', 'inventory.stock-released'),
  'create-order': (test) => test.givenUndone('create-order'),
} satisfies Record<string, Answer>;

type Undoing = keyof typeof undoAnswers;
const undoings = Object.keys(undoAnswers) as Undoing[];

/** From the moment at which the compensation of a step was sent: all is undone, the last step first. */
const undoneFrom = (test: PlaceOrderTest, step: Undoing): PlaceOrderTest =>
  undone(test.expectCompensation(step, { orderId }), step);

/** As `undoneFrom`, from the answer to that compensation on. */
const undone = (test: PlaceOrderTest, step: Undoing): PlaceOrderTest => {
  undoAnswers[step](test);
  const next = undoings[undoings.indexOf(step) + 1];
  return next
    ? undoneFrom(test, next)
    : test.expectNothingSent().expectState('compensated').expectTimerIn(null);
};

/** The saga when it has just sent the compensation of a step. */
const undoingAt = toldUntil<PlaceOrderTest, Undoing>(
  () => handingOver().givenReply('hand-over', 'shipping.pickup-refused', { code: 'no_pickup' }),
  undoAnswers,
);

/** Steps before the pivot: how often each is asked, and where the way back begins while it is out. */
const compensables: [step: Asking, sendings: number, wayBack: Undoing][] = [
  ['reserve-stock', 5, 'reserve-stock'],
  ['charge-payment', 5, 'charge-payment'],
  ['secure-stock', 5, 'charge-payment'],
  ['book-shipment', 60, 'book-shipment'],
  ['confirm-order', 60, 'book-shipment'],
];

describe('place-order', () => {
  it('is sound', () => {
    expect(checkDefinition(placeOrder)).toEqual([]);
    expect(checkDefinition(placeOrderV1)).toEqual([]);
    expect(checkDefinition(placeOrderV2)).toEqual([]);
  });

  it('is tried here at each of its steps', () => {
    expect(steps).toEqual(askingSteps(placeOrder));
    const own = stepsOf(placeOrder).filter((step) => ownCompensation(step));
    expect(undoings).toEqual(own.map(({ name }) => name).toReversed());
  });

  it('goes from the order to the mail', () => {
    placed()
      .expectCommand('reserve-stock', { orderId, items, holdMs: 15 * MINUTE_MS })
      .givenReply('reserve-stock', 'inventory.stock-reserved', { expiresAt: '12:15' })
      .expectCommand('charge-payment', { amount: 1530, currency: 'GBP', sealedToken: 'v1.x.y' })
      .givenReply('charge-payment', 'payment.payment-captured', { intentId: 'pi_1', amount: 1530 })
      .expectCommand('secure-stock', { orderId })
      .givenReply('secure-stock', 'inventory.stock-secured')
      .expectCommand('book-shipment', { items, shippingAddress: { postalCode: 'CT16' } })
      .givenReply('book-shipment', 'shipping.shipment-booked', shipment)
      .expectCommand('confirm-order', { orderId, trackingNumber: 'T-1' })
      .givenReply('confirm-order', 'order.order-confirmed')
      .expectCommand('hand-over', { orderId })
      .givenPending('hand-over')
      .skipTime(3 * DAY_MS)
      .expectNothingSent()
      .givenReply('hand-over', 'shipping.handed-over', handedOver)
      .expectCommand('notify-customer', {
        template: 'order-shipped',
        order: { trackingNumber: 'T-1' },
      })
      .givenReply('notify-customer', 'notification.notice-recorded', { noticeId: 'n-1' })
      .expectState('completed')
      .expectTimerIn(null);
  });
});

describe('a refusal', () => {
  it('of the stock cancels the order', () => {
    placed()
      .givenReply('reserve-stock', 'inventory.stock-insufficient', {
        shortages: [{ productId: '85123A', requested: 6, available: 2 }],
      })
      .expectCause('inventory.stock-insufficient')
      .expectCompensation('create-order', { reason: { code: 'inventory.stock-insufficient' } })
      .givenUndone('create-order')
      .expectState('compensated');
  });

  it('of the card releases the stock', () => {
    charging()
      .givenReply('charge-payment', 'payment.payment-declined', { declineCode: 'lost_card' })
      .expectCompensation('reserve-stock')
      .givenUndone('reserve-stock')
      .expectCompensation('create-order', { reason: { code: 'payment.payment-declined' } })
      .givenUndone('create-order')
      .expectState('compensated')
      .expectStep('charge-payment', 'refused');
  });

  it('of a reservation that has expired refunds', () => {
    undoneFrom(
      securing().givenReply('secure-stock', 'inventory.reservation-expired'),
      'charge-payment',
    ).expectLedger({ [`payment:${orderId}`]: { taken: 1530, returned: 1530 } });
  });

  it('of the address refunds', () => {
    undoneFrom(refunding(), 'charge-payment').expectCause('shipping.shipment-refused');
  });

  it('to fetch the parcel undoes everything, the label first', () => {
    const refused = handingOver()
      .givenPending('hand-over')
      .givenReply('hand-over', 'shipping.pickup-refused', { code: 'no_pickup' });
    undoneFrom(refused, 'book-shipment').expectCause('shipping.pickup-refused');
  });

  it('of a parcel that nobody had called back undoes everything as well', () => {
    const recalled = handingOver().givenReply('hand-over', 'shipping.pickup-recalled');
    undoneFrom(recalled, 'book-shipment').expectCause('shipping.pickup-recalled');
  });

  it('leaves nothing secured that was released', () => {
    refunding()
      .givenUndone('charge-payment', { refunded: 1530 }, { effects: [paid(1530, 1530, 2)] })
      .expectStep('secure-stock', 'undoing')
      .givenUndone('reserve-stock')
      .expectStep('secure-stock', 'undone');
  });
});

describe('silence', () => {
  it('is asked into four times, and then nobody knows whether the card was charged', () => {
    charging()
      .expectTimerIn(10_000)
      .givenSilence()
      .expectResend('charge-payment')
      .givenSilence(3)
      .expectResend('charge-payment')
      .givenSilence()
      .expectCause('no-answer')
      .expectCompensation('charge-payment')
      .givenUndone('charge-payment', { refunded: 0 })
      .expectCompensation('reserve-stock');
  });

  it.each(compensables)('about %s is asked into, and then all is undone', (step, sendings, way) => {
    const silent = at(step)
      .givenSilence(sendings - 1)
      .expectResend(step)
      .expectState('running')
      .givenSilence()
      .expectCause('no-answer');
    undoneFrom(silent, way).expectStep(step, 'undone');
  });

  it('about the label is waited for long, and then the label is called off', () => {
    const silent = booking()
      .skipTime(45 * MINUTE_MS)
      .expectState('running')
      .expectResend('book-shipment')
      .skipTime(45 * MINUTE_MS)
      .expectCause('no-answer');
    silent.expectStep('book-shipment', 'undoing').expectStep('charge-payment', 'done');
  });

  it('about the parcel is never taken for a no', () => {
    handingOver()
      .skipTime(3_600_000)
      .expectState('running')
      .expectAttention('no-answer', 'hand-over')
      .expectResend('hand-over')
      .givenReply('hand-over', 'shipping.handed-over', handedOver)
      .expectNoAttention()
      .expectCommand('notify-customer');
  });

  it('after the pivot waits for as long as it takes', () => {
    shipped()
      .skipTime(3_600_000)
      .expectAttention('no-answer', 'notify-customer')
      .givenReply('notify-customer', 'notification.notice-recorded', { noticeId: 'n-1' })
      .expectNoAttention()
      .expectState('completed');
  });
});

describe('an answer that comes', () => {
  it('twice changes nothing', () => {
    securing()
      .givenDuplicate()
      .expectNothingSent()
      .expectNote("step 'charge-payment' is done")
      .expectLedger({ [`payment:${orderId}`]: { taken: 1530 } });
  });

  it.each(steps.slice(0, -1))('twice changes nothing: %s', (step) => {
    const test = answers[step](at(step)).givenDuplicate();
    test.expectNothingSent().expectNote(`step '${step}' is done`).expectState('running');
  });

  it('twice changes nothing: the last one', () => {
    const twice = completed().givenDuplicate();
    twice.expectNothingSent().expectNote('late succeeded recorded').expectState('completed');
  });

  it.each(undoings)('twice changes nothing: that %s is undone', (step) => {
    const test = undoAnswers[step](undoingAt(step));
    const { state } = test.instance;
    test.givenDuplicate().expectNothingSent().expectNote('is over').expectState(state);
  });

  it.each(compensables)('after %s was given up is recorded, and undone', (step, sendings, way) => {
    const late = at(step).givenSilence(sendings).expectCompensation(way, { orderId });
    answers[step](late)
      .expectNothingSent()
      .expectNote(`late succeeded recorded for '${step}'`)
      .expectStep(step, 'undoing');
    undone(late, way);
  });

  // of one that brings money with it there is more below
  const moneyless = compensables.filter(([step]) => step !== 'charge-payment');
  it.each(moneyless)('after all was undone changes nothing: that of %s', (step, _, way) => {
    const late = undoneFrom(at(step).givenCancel(), way);
    answers[step](late)
      .expectNothingSent()
      .expectNote(`late succeeded recorded for '${step}'`)
      .expectState('compensated');
  });

  it('after the parcel was refused changes nothing', () => {
    const late = handingOver().givenReply('hand-over', 'shipping.pickup-refused', { code: 'x' });
    const compensating = late.expectCompensation('book-shipment');
    answers['hand-over'](compensating).expectNothingSent().expectStep('hand-over', 'refused');
    undone(compensating, 'book-shipment');
  });

  it('after days, by bank transfer, was waited for', () => {
    charging()
      .givenPending('charge-payment')
      .skipTime(3 * DAY_MS)
      .expectNothingSent()
      .givenReply('charge-payment', 'payment.payment-captured', { intentId: 'pi_1', amount: 1530 })
      .expectCommand('secure-stock');
  });

  it('after it was given up has its money refunded before the stock is released', () => {
    const test = charging()
      .givenSilence(5)
      .expectCompensation('charge-payment')
      .givenReply(
        'charge-payment',
        'payment.payment-captured',
        { intentId: 'pi_1', amount: 1530 },
        { effects: [paid(1530, 0, 1)] },
      )
      .expectNothingSent()
      .expectNote("late succeeded recorded for 'charge-payment'")
      .givenUndone('charge-payment', { refunded: 1530 }, { effects: [paid(1530, 1530, 2)] })
      .expectCompensation('reserve-stock');
    test.givenUndone('reserve-stock').givenUndone('create-order').expectState('compensated');
  });

  it('after all was undone, with money, is undone as well', () => {
    charging()
      .givenReply('charge-payment', 'payment.payment-declined', { declineCode: 'expired' })
      .givenUndone('reserve-stock')
      .givenUndone('create-order')
      .expectState('compensated')
      .givenReport([paid(1530, 0, 2)], 'charge-payment')
      .expectState('compensating')
      .expectCompensation('charge-payment')
      .givenUndone('charge-payment', { refunded: 1530 }, { effects: [paid(1530, 1530, 3)] })
      .expectState('compensated');
  });
});

describe('a compensation', () => {
  const sendings: [step: Undoing, sendings: number][] = [
    ['book-shipment', 60],
    ['charge-payment', 5],
    ['reserve-stock', 5],
    ['create-order', 5],
  ];

  it.each(sendings)('of %s is sent again until it is answered', (step, patience) => {
    const test = undoingAt(step)
      .givenSilence()
      .expectResend(step)
      .givenSilence(patience - 2)
      .expectNoAttention()
      .givenSilence()
      .expectAttention('no-answer', step)
      .expectResend(step)
      .expectState('compensating');
    undone(test, step).expectNoAttention();
  });

  it('without an answer is sent again and again, and a person is told', () => {
    const test = refunding()
      .givenSilence()
      .expectResend('charge-payment')
      .givenSilence(4)
      .expectAttention('no-answer', 'charge-payment')
      .expectResend('charge-payment')
      .givenUndone('charge-payment', { refunded: 1530 }, { effects: [paid(1530, 1530, 2)] })
      .expectNoAttention();
    test.expectCompensation('reserve-stock');
  });

  it('that fails for good does not hold up the others, and ends when it succeeds', () => {
    refunding()
      .givenDead('charge-payment', { code: 'provider', message: 'the account is closed' })
      .expectAttention('provider', 'charge-payment')
      .expectCompensation('reserve-stock')
      .givenUndone('reserve-stock')
      .expectCompensation('create-order')
      .givenUndone('create-order')
      .expectState('compensating')
      .givenSilence()
      .expectResend('charge-payment')
      .givenUndone('charge-payment', { refunded: 1530 }, { effects: [paid(1530, 1530, 2)] })
      .expectNoAttention()
      .expectState('compensated');
  });

  it('that takes days, as a refund may, holds back the release', () => {
    refunding()
      .givenPending('charge-payment')
      .skipTime(3 * 86_400_000)
      .expectNothingSent()
      .givenUndone('charge-payment', { refunded: 1530 }, { effects: [paid(1530, 1530, 2)] })
      .expectCompensation('reserve-stock');
  });
});

describe('a cancel', () => {
  it('before the start is kept for it', () => {
    givenSaga(placeOrder)
      .givenCancel()
      .expectState('awaiting-start')
      .expectNothingSent()
      .givenStart(input)
      .expectCompensation('create-order', { reason: { code: 'customer' } })
      .givenUndone('create-order')
      .expectState('compensated');
  });

  it.each(compensables)('while %s is out undoes what may have been done', (step, _, way) => {
    undoneFrom(at(step).givenCancel(), way).expectCause('customer').expectStep(step, 'undone');
  });

  it('hears of nothing that comes later but what was moved', () => {
    const late = at('reserve-stock').givenCancel().expectCompensation('reserve-stock');
    undone(answers['reserve-stock'](late).expectNothingSent(), 'reserve-stock');
  });

  it('of a confirmed order calls the parcel back, and the carrier decides: in time', () => {
    const recalled = handingOver()
      .givenPending('hand-over')
      .givenCancel()
      .expectRecall('hand-over', { orderId, reason: { code: 'customer' } })
      .expectNote('cancel waits for the answer of the pivot')
      .expectState('running')
      .givenReply('hand-over', 'shipping.pickup-recalled');
    undoneFrom(recalled, 'book-shipment').expectCause('customer');
  });

  it('of a confirmed order calls the parcel back, and the carrier decides: too late', () => {
    handingOver()
      .givenCancel()
      .expectRecall('hand-over')
      .givenReply('hand-over', 'shipping.handed-over', handedOver)
      .expectNote('cancel refused: the pivot is done')
      .expectCommand('notify-customer');
  });

  it('of an order that is held calls the parcel back when it is released', () => {
    handingOver()
      .givenHold()
      .givenCancel()
      .expectNothingSent()
      .givenRelease()
      .expectRecall('hand-over');
  });

  it('after that is refused, with the reason', () => {
    shipped()
      .givenCancel()
      .expectNothingSent()
      .expectNote('cancel refused: the pivot is done')
      .expectState('running');
    completed()
      .givenCancel()
      .expectNothingSent()
      .expectNote('the way back is another saga')
      .expectState('completed');
  });

  it.each(undoings)('while %s is being undone changes nothing', (step) => {
    const test = undoingAt(step).givenCancel();
    undone(test.expectNothingSent().expectNote('already being undone'), step);
  });

  it('of what is undone changes nothing', () => {
    const test = undoneFrom(charging().givenCancel(), 'charge-payment').givenCancel();
    test.expectNothingSent().expectNote('already undone').expectState('compensated');
  });
});

describe('a hold', () => {
  it('lets nothing out, takes in what is answered, and goes on from there', () => {
    charging()
      .givenHold()
      .givenReply('charge-payment', 'payment.payment-captured', { intentId: 'pi_1', amount: 1530 })
      .expectNothingSent()
      .skipTime(86_400_000)
      .expectNothingSent()
      .givenRelease()
      .expectCommand('secure-stock');
  });
});
