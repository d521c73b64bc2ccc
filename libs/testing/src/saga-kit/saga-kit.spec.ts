import { describe, expect, it } from '@jest/globals';
import type { Effect } from '#contracts';
import { stepsOf, type SagaDefinition } from '#saga';
import { givenSaga } from './given-saga.js';
import { DAY_MS, gift, sendGift } from './spec/gift.saga.js';
import { SagaTestError } from './story.js';

const start = () => givenSaga(sendGift, { input: gift });
const paid = { intentId: 'pi_1', amount: 500 };
const captured = () => start().givenReply('charge-payment', 'payment.payment-captured', paid);
const shipping = () =>
  captured().givenReply('reserve-paper', 'inventory.stock-reserved', { expiresAt: '' });
const shipped = () =>
  shipping().givenReply('ship-order', 'shipping.shipment-created', {
    shipmentId: 's',
    trackingNumber: 't',
  });
const declined = () =>
  start().givenReply('charge-payment', 'payment.payment-declined', { declineCode: 'lost' });
const money = (taken: number, returned: number, revision: number): Effect => ({
  ...{ id: 'payment:1', kind: 'money', unit: 'GBP' },
  ...{ taken, returned, revision },
});

/** The message with which something fails. */
const failureOf = (fails: () => unknown): string => {
  try {
    fails();
  } catch (error) {
    if (error instanceof SagaTestError) return error.message;
    throw error;
  }
  throw new Error('it did not fail');
};

/** The definition with one step changed. */
const withStep = (name: string, change: object): SagaDefinition => ({
  ...sendGift,
  groups: sendGift.groups.map((group) =>
    group.map((step) => (step.name === name ? { ...step, ...change } : step)),
  ),
});

describe('the kit tells', () => {
  it('the way to the end', () => {
    start()
      .expectCommands({
        'reserve-paper': { items: [{ quantity: 1 }] },
        'charge-payment': ({ amount, sealedToken }) => amount === 500 && sealedToken === gift.card,
      })
      .expectTimerIn(10_000)
      .givenPending('charge-payment')
      .expectStep('charge-payment', 'pending')
      .givenReply('reserve-paper', 'inventory.stock-reserved', { expiresAt: '' })
      .expectNothingSent()
      .givenReply('charge-payment', 'payment.payment-captured', paid)
      .expectInput({ intentId: 'pi_1' })
      .expectCommand('ship-order', { merchantId: 'm' })
      .givenReply('ship-order', 'shipping.shipment-created', {
        ...{ shipmentId: 's', trackingNumber: 't' },
      })
      .expectCommands({ 'confirm-order': {}, 'notify-customer': {} })
      .givenReply('confirm-order', 'order.order-confirmed')
      .expectState('running')
      .givenReply('notify-customer', 'notification.notice-recorded', { noticeId: 'n' })
      .expectState('completed')
      .expectTimerIn(null);
  });

  it('the way back, with the ledger', () => {
    start()
      .givenReply('charge-payment', 'payment.payment-captured', paid, {
        effects: [money(500, 0, 1)],
      })
      .givenCancel()
      .expectCause('customer')
      .expectCompensations({ 'reserve-paper': {}, 'charge-payment': { reason: {} } })
      .givenUndone('reserve-paper')
      .givenUndone('charge-payment', { refunded: 0 })
      .expectNote('payment:1 is out')
      .expectLedger({ 'payment:1': { taken: 500, returned: 0 } })
      .expectCompensation('charge-payment')
      .givenReport([money(500, 500, 2)], 'charge-payment')
      .givenUndoReply('charge-payment', 'payment.payment-refunded', { refunded: 500 })
      .givenUndone('create-order')
      .expectState('compensated')
      .givenReport([{ ...money(1, 0, 1), id: 'payment:2' }])
      .expectAttention('ledger-open');
  });

  it('refusals that are mended, done without, or too late', () => {
    declined()
      .expectStep('charge-payment', 'refused')
      .expectTimerIn(10_000)
      .givenReply('reserve-paper', 'inventory.stock-insufficient', { shortages: [] })
      .expectNote("goes on without 'reserve-paper'")
      .expectTimerIn(DAY_MS)
      .givenMend('charge-payment', { card: 'v1.c.d' })
      .expectCommand('charge-payment', { sealedToken: 'v1.c.d' })
      .givenReply('charge-payment', 'payment.payment-declined', { declineCode: 'no' })
      .skipTime(DAY_MS - 1)
      .expectState('running')
      .skipTime(1)
      .expectCause('payment.payment-declined')
      .expectCompensation('create-order');
  });

  it('time and silence, timer after timer', () => {
    shipping()
      .skipTime(30_000)
      .expectResend('ship-order')
      .givenSilence(2)
      .expectResend('ship-order')
      .expectNoAttention()
      .givenSilence()
      .expectAttention('no-answer')
      .givenDead('ship-order')
      .expectAttention('broken', 'ship-order')
      .givenParked('ship-order')
      .expectNothingSent()
      .givenReply('ship-order', 'shipping.shipment-refused', { code: 'x' })
      .givenPending('charge-payment')
      .expectStep('charge-payment', 'undoing')
      .givenSilence()
      .expectResend('reserve-paper');
  });

  it('a cancel before the start, copies and holds', () => {
    const test = givenSaga(sendGift).givenCancel().expectState('awaiting-start');
    test.givenStart(gift).expectCompensation('create-order');
    captured()
      .givenHold()
      .givenReply('reserve-paper', 'inventory.stock-reserved', { expiresAt: '' })
      .expectNothingSent()
      .givenRelease()
      .expectCommand('ship-order')
      .givenDuplicate()
      .expectNothingSent()
      .expectNote("'reserve-paper' is done");
  });

  it('a move to another version', () => {
    const second = { ...sendGift, version: 2, groups: sendGift.groups.slice(0, -1) };
    shipping()
      .givenMove(second)
      .expectNote('moved from v1 to v2')
      .givenReply('ship-order', 'shipping.shipment-created', {
        ...{ shipmentId: 's', trackingNumber: 't' },
      })
      .expectState('completed');
  });

  it('steps of a definition whose type has forgotten them', () => {
    const widened: SagaDefinition = sendGift;
    givenSaga(widened, { input: gift })
      .givenReply('charge-payment', 'payment.payment-captured', paid)
      .expectStep('charge-payment', 'done');
  });
});

describe('what does not compile', () => {
  it('fails when it is run, too: names, replies and data that there are not', () => {
    // @ts-expect-error no such step
    expect(failureOf(() => start().expectStep('charge', 'sent'))).toContain("no step 'charge'");
    // @ts-expect-error a local step sends no command
    expect(failureOf(() => start().givenReply('create-order', 'x'))).toContain('no command');
    // @ts-expect-error the pivot has no compensation
    expect(failureOf(() => shipped().givenUndone('ship-order'))).toContain('no compensation');
    expect(
      // @ts-expect-error a reply of another command
      failureOf(() => shipping().givenReply('ship-order', 'order.order-confirmed')),
    ).toContain("'shipping.ship-order' has no reply 'order.order-confirmed'; it has shipping.");
    expect(
      // @ts-expect-error data that the reply needs
      failureOf(() => shipping().givenReply('ship-order', 'shipping.shipment-refused')),
    ).toContain("'shipping.shipment-refused' does not fit its contract: code: Invalid input");
    // @ts-expect-error data that the reply does not have
    const strange = () => captured().givenCancel().givenUndone('reserve-paper', { refunded: 1 });
    expect(failureOf(strange)).toContain('its contract knows no refunded');
    // @ts-expect-error an input that does not fit
    const unfit = () => givenSaga(sendGift, { input: { ...gift, orderId: 7 } });
    expect(failureOf(unfit)).toContain("'send-gift' cannot start: orderId: Invalid input");
    // @ts-expect-error a payload of another type
    expect(failureOf(() => shipping().expectCommand('ship-order', { merchantId: 7 }))).toContain(
      'merchantId: "m" instead of 7',
    );
  });
});

describe('a failure', () => {
  it('says what was expected, what was found, and the story so far', () => {
    const failure = failureOf(() =>
      declined().givenSilence().givenCancel().givenDead('reserve-paper').expectNothingSent(),
    );
    expect(failure).toBe(`expected: nothing sent
found:    the compensation of create-order

The story of 'send-gift' v1 so far:
   1. started with {"orderId":"019aa0c5-7d5c-7000-8000-000000000001","card":"v1.a.b","wrapped":true}
        now: the saga running, create-order done
        sent: reserve-paper {"orderId":"019aa0c5-7d5c-7000-8000-000000000001","items":[{"productId":"gift","quantity":1}]}
        sent: charge-payment {"customerId":"c","merchantId":"m","channel":"web","currency":"GBP","orderId":"019aa0c5-7d5c-7000-8000-000000000001","amount":500,"method":"credit_card","sealed…
   2. charge-payment answered payment.payment-declined {"declineCode":"lost"}
        now: charge-payment refused
        note: 'charge-payment' waits for a better input
   3. silence for 10 s, until a timer
        sent: reserve-paper again (sending 2) {"orderId":"019aa0c5-7d5c-7000-8000-000000000001","items":[{"productId":"gift","quantity":1}]}
   4. cancelled (customer)
        now: the saga compensating, ship-order skipped, confirm-order skipped, notify-customer skipped, reserve-paper undoing
        sent: the compensation of reserve-paper {"orderId":"019aa0c5-7d5c-7000-8000-000000000001"}
   5. the compensation of reserve-paper answered saga.command-dead {}
        now: create-order undoing
        sent: the compensation of create-order {"orderId":"019aa0c5-7d5c-7000-8000-000000000001","reason":{"code":"customer","message":"the customer changed their mind"}}
        note: attention: 'reserve-paper' cannot be undone: something broke
It is compensating because of 'customer': create-order undoing, reserve-paper undoing, charge-payment refused, ship-order skipped, confirm-order skipped, notify-customer skipped.
Attention, 'reserve-paper': broken
`);
  });

  it('begins its stack in the test', () => {
    let stack = '';
    try {
      start().expectState('completed');
    } catch (error) {
      stack = error instanceof Error ? (error.stack ?? '') : '';
    }
    expect(stack.split('\n').find((line) => /^ +at /.test(line))).toContain('saga-kit.spec');
  });

  it.each<[string, () => unknown, string]>([
    ['another command', () => shipping().expectCommand('charge-payment'), 'found:    ship-order'],
    [
      'one command of two',
      () => start().expectCommand('charge-payment'),
      'found:    reserve-paper, charge-payment',
    ],
    [
      'a command that went out again',
      () => start().givenSilence().expectCommands({ 'reserve-paper': {}, 'charge-payment': {} }),
      'reserve-paper again (sending 2)',
    ],
    ['a resend', () => shipping().expectResend('ship-order'), 'expected: ship-order again'],
    [
      'a forward command for a compensation',
      () => shipping().expectCompensation('charge-payment'),
      'expected: the compensation of charge-payment\nfound:    ship-order',
    ],
    [
      'another payload',
      () => shipping().expectCommand('ship-order', { items: [{ quantity: 2 }] }),
      'expected: ship-order with {"items":[{"quantity":2}]}\nfound:    items.0.quantity: 1 instead of 2',
    ],
    [
      'a longer list',
      () => shipping().expectCommand('ship-order', { items: [] }),
      'found:    items: [{"productId":"gift","quantity":1}] instead of []',
    ],
    [
      'a payload for which the answer is no',
      () => shipping().expectCommand('ship-order', () => false),
      'expected: ship-order with what was asked for',
    ],
    ['silence', () => start().expectNothingSent(), 'expected: nothing sent'],
    ['a state', () => start().expectState('completed'), 'found:    the saga running'],
    [
      'the state of a step',
      () => start().expectStep('ship-order', 'done'),
      "expected: 'ship-order' done\nfound:    'ship-order' waiting",
    ],
    ['attention', () => start().expectAttention('no-answer'), 'found:    attention none'],
    [
      'attention of another step',
      () => shipping().givenDead('ship-order').expectAttention('broken', 'charge-payment'),
      'found:    attention of ship-order',
    ],
    [
      'no attention',
      () => shipping().givenDead('ship-order').expectNoAttention(),
      'found:    attention broken',
    ],
    ['a cause', () => start().expectCause('customer'), 'found:    the cause none'],
    ['a note', () => start().expectNote('too late'), 'expected: a note of "too late"'],
    [
      'an effect',
      () => captured().expectLedger({ 'payment:1': { taken: 500 } }),
      'found:    payment:1: undefined instead of {"taken":500}',
    ],
    ['an input', () => start().expectInput({ card: 'x' }), 'card: "v1.a.b" instead of "x"'],
    ['a timer', () => start().expectTimerIn(null), 'found:    the timer in 10 s'],
    [
      'a timer at another time',
      () => start().expectTimerIn(60_000),
      'expected: the timer in 1 min',
    ],
  ])('of %s', (_, fails, message) => {
    expect(failureOf(fails)).toContain(message);
  });

  it.each<[string, () => unknown, string]>([
    [
      'an answer to what was never sent',
      () => start().givenDead('ship-order'),
      'ship-order was not sent yet',
    ],
    [
      'a compensation that was never sent',
      () => start().givenUndone('charge-payment', { refunded: 0 }),
      'the compensation of charge-payment was not sent yet',
    ],
    ['a copy of nothing', () => start().givenDuplicate(), 'there was no reply yet'],
    [
      'silence when nothing is waited for',
      () => givenSaga(sendGift).givenSilence(),
      'no timer is set',
    ],
    [
      'a mend of what is never mended',
      () => start().givenMend('ship-order', {}),
      "no refusal of 'ship-order' can be mended",
    ],
    [
      'a mend that does not fit',
      () => declined().givenMend('charge-payment', { card: 7 }),
      "the data does not mend 'charge-payment': card: Invalid input",
    ],
  ])('of %s, which cannot happen', (_, fails, message) => {
    expect(failureOf(fails)).toContain(message);
  });

  it.each<[string, object, string]>([
    [
      'whose payload does not fit',
      { payload: () => ({ orderId: gift.orderId, merchantId: 7 }) },
      "the payload of ship-order does not fit 'shipping.ship-order':\n  merchantId: Invalid input",
    ],
    [
      'whose payload has more than its contract',
      {
        payload: (context: object) => ({
          ...(stepsOf(sendGift)[3]?.payload?.(context as never) as object),
          gift: true,
        }),
      },
      'its contract knows no gift',
    ],
  ])('of a step %s', (_, change, message) => {
    const test = () =>
      givenSaga(withStep('ship-order', change), { input: { ...gift, wrapped: false } }).givenReply(
        'charge-payment',
        'payment.payment-captured',
        paid,
      );
    expect(failureOf(test)).toContain(message);
  });

  it('of a definition that is not pure, or not sound', () => {
    const changing = withStep('charge-payment', {
      payload: ({ input }: { input: { card: string } }) => (input.card = 'x'),
    });
    expect(failureOf(() => givenSaga(changing, { input: gift }))).toContain(
      'deciding this threw TypeError: Cannot assign to read only property',
    );
    let count = 0;
    const counting = withStep('charge-payment', { payload: () => ({ count: (count += 1) }) });
    expect(failureOf(() => givenSaga(counting, { input: gift }))).toContain(
      "'send-gift' is not pure",
    );
    const unsound = { ...sendGift, groups: [] };
    expect(failureOf(() => givenSaga(unsound))).toContain('has no steps');
  });

  it('leaves out the middle of a long silence', () => {
    const failure = failureOf(() =>
      shipping()
        .skipTime(DAY_MS / 4)
        .expectState('completed'),
    );
    expect(failure).toMatch(
      /again \(sending 2\)[^]*… \d+ lines more\n[^]*silent after \d{3} sendings/,
    );
    expect(failure.split('\n').length).toBeLessThan(30);
  });
});
