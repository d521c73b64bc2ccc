import { describe, expect, it } from '@jest/globals';
import type { Effect } from '#contracts';
import { checkDefinition } from '#saga';
import { givenSaga } from '#testing';
import { DAY_MS, MINUTE_MS, input, orderId } from './fixtures/place-order.js';
import { placeOrder } from './place-order.saga.js';
import { placeOrderV1 } from './place-order.v1.saga.js';
import { placeOrderV2 } from './place-order.v2.saga.js';

const items = [{ productId: '85123A', quantity: 6 }];

const paid = (taken: number, returned: number, revision: number): Effect => ({
  ...{ id: `payment:${orderId}`, kind: 'money', unit: 'GBP' },
  ...{ taken, returned, revision },
});

/** The saga when it has just sent the command of a step. */
const placed = () => givenSaga(placeOrder, { input });
const charging = () =>
  placed().givenReply('reserve-stock', 'inventory.stock-reserved', { expiresAt: '12:15' });
const securing = () =>
  charging().givenReply(
    'charge-payment',
    'payment.payment-captured',
    { intentId: 'pi_1', amount: 1530 },
    { effects: [paid(1530, 0, 1)] },
  );
const booking = () => securing().givenReply('secure-stock', 'inventory.stock-secured');
const shipment = { shipmentId: 's-1', trackingNumber: 'T-1' };
const confirming = () =>
  booking().givenReply('book-shipment', 'shipping.shipment-booked', shipment);
const handingOver = () => confirming().givenReply('confirm-order', 'order.order-confirmed');
const handedOver = { trackingNumber: 'T-1', handedOverAt: '18:00' };
const shipped = () => handingOver().givenReply('hand-over', 'shipping.handed-over', handedOver);

const refunding = () =>
  booking().givenReply('book-shipment', 'shipping.shipment-refused', { code: 'undeliverable' });

type PlaceOrderTest = ReturnType<typeof placed>;

/** From the moment at which the label was called off: everything is undone, the last step first. */
const undoneFromLabel = (test: PlaceOrderTest) =>
  undoneFromRefund(
    test
      .expectCompensation('book-shipment', { orderId })
      .givenUndoReply('book-shipment', 'shipping.shipment-cancelled'),
  );

const undoneFromRefund = (test: PlaceOrderTest) =>
  test
    .expectCompensation('charge-payment', { orderId })
    .givenUndoReply(
      'charge-payment',
      'payment.payment-refunded',
      { refunded: 1530 },
      { effects: [paid(1530, 1530, 2)] },
    )
    .expectCompensation('reserve-stock', { orderId })
    .givenUndoReply('reserve-stock', 'inventory.stock-released')
    .expectCompensation('create-order', { orderId })
    .givenUndone('create-order')
    .expectLedger({ [`payment:${orderId}`]: { taken: 1530, returned: 1530 } })
    .expectState('compensated');

describe('place-order', () => {
  it('is sound', () => {
    expect(checkDefinition(placeOrder)).toEqual([]);
    expect(checkDefinition(placeOrderV1)).toEqual([]);
    expect(checkDefinition(placeOrderV2)).toEqual([]);
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
    undoneFromRefund(securing().givenReply('secure-stock', 'inventory.reservation-expired'));
  });

  it('of the address refunds', () => {
    undoneFromRefund(
      booking().givenReply('book-shipment', 'shipping.shipment-refused', { code: 'undeliverable' }),
    );
  });

  it('to fetch the parcel undoes everything, the label first', () => {
    const refused = handingOver()
      .givenPending('hand-over')
      .givenReply('hand-over', 'shipping.pickup-refused', { code: 'no_pickup' });
    undoneFromLabel(refused).expectCause('shipping.pickup-refused');
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

  it('while stock is being reserved releases what may have been reserved', () => {
    placed()
      .givenCancel()
      .expectCompensation('reserve-stock')
      .givenReply('reserve-stock', 'inventory.stock-reserved', { expiresAt: '12:15' })
      .expectNothingSent()
      .givenUndone('reserve-stock')
      .expectCompensation('create-order');
  });

  it('while the card is being charged refunds what may have been charged', () => {
    charging()
      .givenCancel()
      .expectCompensation('charge-payment', { reason: { code: 'customer' } })
      .givenUndone('charge-payment', { refunded: 0 })
      .expectCompensation('reserve-stock');
  });

  it('while the stock is being secured undoes everything', () => {
    undoneFromRefund(securing().givenCancel()).expectCause('customer');
  });

  it('while the label is being made calls it off', () => {
    undoneFromLabel(booking().givenCancel());
  });

  it('of a confirmed order calls the parcel back, and the carrier decides: in time', () => {
    const recalled = handingOver()
      .givenPending('hand-over')
      .givenCancel()
      .expectRecall('hand-over', { orderId, reason: { code: 'customer' } })
      .expectNote('cancel waits for the answer of the pivot')
      .expectState('running')
      .givenReply('hand-over', 'shipping.pickup-recalled');
    undoneFromLabel(recalled).expectCause('customer');
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
    const test = shipped().givenCancel().expectNote('cancel refused: the pivot is done');
    test
      .givenReply('notify-customer', 'notification.notice-recorded', { noticeId: 'n-1' })
      .givenCancel()
      .expectState('completed')
      .expectNote('the way back is a return');
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
