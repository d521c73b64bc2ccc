import { describe, it } from '@jest/globals';
import { givenSaga } from '#testing';
import { DAY_MS, MINUTE_MS, input, orderId } from './fixtures/place-order.js';
import { placeOrder } from './place-order.saga.js';

describe('a declined card', () => {
  const asked = { ...input, payment: { ...input.payment, anotherCardMs: 30 * MINUTE_MS } };
  const declined = () =>
    givenSaga(placeOrder, { input: asked })
      .expectCommand('reserve-stock', { holdMs: 75 * MINUTE_MS })
      .givenReply('reserve-stock', 'inventory.stock-reserved', { expiresAt: '12:15' })
      .givenReply('charge-payment', 'payment.payment-declined', { declineCode: 'lost_card' });

  it('waits for another one, and charges that', () => {
    declined()
      .expectNothingSent()
      .expectTimerIn(30 * MINUTE_MS)
      .givenMend('charge-payment', { sealedToken: 'v1.other.card' })
      .expectCommand('charge-payment', { orderId, sealedToken: 'v1.other.card', amount: 1530 })
      .givenReply('charge-payment', 'payment.payment-captured', { intentId: 'pi_1', amount: 1530 })
      .expectCommand('secure-stock');
  });

  it('may be followed by several, each with the whole window', () => {
    declined()
      .skipTime(29 * MINUTE_MS)
      .givenMend('charge-payment', { sealedToken: 'v1.second' })
      .givenReply('charge-payment', 'payment.payment-declined', { declineCode: 'no_funds' })
      .skipTime(29 * MINUTE_MS)
      .expectState('running')
      .givenMend('charge-payment', { sealedToken: 'v1.third' })
      .expectCommand('charge-payment', { sealedToken: 'v1.third' });
  });

  it('that nobody replaces in time cancels the order', () => {
    declined()
      .skipTime(30 * MINUTE_MS)
      .expectCompensation('reserve-stock')
      .givenUndone('reserve-stock')
      .expectCompensation('create-order', { reason: { code: 'payment.payment-declined' } })
      .givenUndone('create-order')
      .expectState('compensated');
  });

  it('is not waited for when the customer cancels', () => {
    declined().givenCancel().expectCompensation('reserve-stock', { orderId });
  });
});

describe('a payment by transfer or in a shop', () => {
  const slow = { ...input, payment: { method: 'bank_transfer' as const } };
  const asked = () =>
    givenSaga(placeOrder, { input: slow })
      .expectCommand('reserve-stock', { holdMs: 4 * DAY_MS + 60 * MINUTE_MS })
      .givenReply('reserve-stock', 'inventory.stock-reserved', { expiresAt: '12:15' })
      .expectCommand('charge-payment', { method: 'bank_transfer', email: 'a@example.com' })
      .givenPending('charge-payment');

  it('is waited for, while the stock is held', () => {
    asked()
      .skipTime(3 * DAY_MS)
      .expectNothingSent()
      .givenReply('charge-payment', 'payment.payment-captured', { intentId: 'pi_1', amount: 1530 })
      .expectCommand('secure-stock');
  });

  it('that was not made in time cancels the order', () => {
    asked()
      .givenReply('charge-payment', 'payment.payment-expired', {})
      .expectCause('payment.payment-expired')
      .expectCompensation('reserve-stock')
      .givenUndone('reserve-stock')
      .givenUndone('create-order')
      .expectState('compensated');
  });

  it('of which nothing more is heard is taken back', () => {
    asked()
      .skipTime(4 * DAY_MS)
      .expectCompensation('charge-payment', { orderId });
  });
});
