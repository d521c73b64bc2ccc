/** Every version of place-order that instances may still be on, from the order to its end. */
import { describe, expect, it } from '@jest/globals';
import type { Effect } from '#contracts';
import { givenSaga } from '#testing';
import { input, orderId } from './fixtures/place-order.js';
import { sagas } from './index.js';
import { askingSteps } from './spec/told-until.js';

const paid = (taken: number, returned: number, revision: number): Effect => ({
  ...{ id: `payment:${orderId}`, kind: 'money', unit: 'GBP' },
  ...{ taken, returned, revision },
});

interface Answer {
  readonly name: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly effects?: readonly Effect[];
}

const parcel = { shipmentId: 's-1', trackingNumber: 'T-1' };
const handedOver = { trackingNumber: 'T-1', handedOverAt: '18:00' };

/** Of all versions, by step. */
const successes: Readonly<Record<string, Answer>> = {
  'reserve-stock': { name: 'inventory.stock-reserved', data: { expiresAt: '12:15' } },
  'charge-payment': {
    name: 'payment.payment-captured',
    data: { intentId: 'pi_1', amount: 1530 },
    effects: [paid(1530, 0, 1)],
  },
  'secure-stock': { name: 'inventory.stock-secured' },
  'ship-order': { name: 'shipping.shipment-created', data: parcel },
  'book-shipment': { name: 'shipping.shipment-booked', data: parcel },
  'confirm-order': { name: 'order.order-confirmed' },
  'hand-over': { name: 'shipping.handed-over', data: handedOver },
  'notify-customer': { name: 'notification.notice-recorded', data: { noticeId: 'n-1' } },
};

const undone: Readonly<Record<string, Omit<Answer, 'name'>>> = {
  'charge-payment': { data: { refunded: 1530 }, effects: [paid(1530, 1530, 2)] },
};

type Refusal = readonly [step: string, answer: Answer, undoes: readonly string[]];

const STOCK = ['reserve-stock', 'create-order'];
const MONEY = ['charge-payment', ...STOCK];
const LABEL = ['book-shipment', ...MONEY];
const code = 'undeliverable';

const untilPaid: readonly Refusal[] = [
  [
    'reserve-stock',
    { name: 'inventory.stock-insufficient', data: { shortages: [] } },
    ['create-order'],
  ],
  ['charge-payment', { name: 'payment.payment-declined', data: { declineCode: 'lost' } }, STOCK],
  ['charge-payment', { name: 'payment.payment-expired' }, STOCK],
  ['secure-stock', { name: 'inventory.reservation-expired' }, MONEY],
];
const whole: readonly Refusal[] = [
  ...untilPaid,
  ['ship-order', { name: 'shipping.shipment-refused', data: { code } }, MONEY],
];
const inTwo: readonly Refusal[] = [
  ...untilPaid,
  ['book-shipment', { name: 'shipping.shipment-refused', data: { code } }, MONEY],
  ['hand-over', { name: 'shipping.pickup-refused', data: { code } }, LABEL],
  ['hand-over', { name: 'shipping.pickup-recalled' }, LABEL],
];

interface Version {
  readonly version: number;
  /** Its steps in the order in which they are sent; the last ones side by side in some. */
  readonly way: readonly (readonly string[])[];
  readonly pivot: string;
  readonly refusals: readonly Refusal[];
  /** What a cancel undoes while each step is out. */
  readonly cancels: readonly (readonly [step: string, undoes: readonly string[]])[];
}

const paying = [['reserve-stock'], ['charge-payment'], ['secure-stock']];
const unpaid: Version['cancels'] = [
  ['reserve-stock', STOCK],
  ['charge-payment', MONEY],
  ['secure-stock', MONEY],
];
const shippedWhole = {
  way: [...paying, ['ship-order'], ['confirm-order', 'notify-customer']],
  ...{ pivot: 'ship-order', refusals: whole, cancels: unpaid },
};

const versions: readonly Version[] = [
  { version: 1, ...shippedWhole },
  { version: 2, ...shippedWhole },
  {
    version: 3,
    way: [...paying, ['book-shipment'], ['confirm-order'], ['hand-over'], ['notify-customer']],
    ...{ pivot: 'hand-over', refusals: inTwo },
    cancels: [...unpaid, ['book-shipment', LABEL], ['confirm-order', LABEL]],
  },
];

const definitionOf = (version: number) => {
  const found = sagas.find((one) => one.name === 'place-order' && one.version === version);
  if (!found) throw new Error(`there is no version ${version} of place-order`);
  return found;
};

type Story = ReturnType<typeof begun>;
const begun = (version: number) => givenSaga(definitionOf(version), { input });

const succeed = (story: Story, step: string): Story => {
  const { name = '', data, effects = [] } = successes[step] ?? {};
  return story.givenReply(step, name, data, { effects });
};

/** The story until a step is out; to its end without one. */
const at = ({ version, way }: Version, step?: string): Story => {
  const story = begun(version);
  for (const group of way) {
    story.expectCommands(Object.fromEntries(group.map((name) => [name, {}])));
    if (step !== undefined && group.includes(step)) return story;
    for (const name of group) succeed(story, name);
  }
  return story;
};

/** From the first compensation on: one after the other, until nothing is left. */
const expectUndone = (story: Story, undoes: readonly string[]): void => {
  for (const step of undoes) {
    story.expectCompensation(step);
    const { data, effects = [] } = undone[step] ?? {};
    story.givenUndone(step, data, { effects });
  }
  story.expectNothingSent().expectState('compensated').expectTimerIn(null);
};

it('is told here of every version that is registered', () => {
  const registered = sagas.filter(({ name }) => name === 'place-order');
  expect(versions.map(({ version }) => version)).toEqual(
    registered.map(({ version }) => version).toSorted(),
  );
  for (const { version, way } of versions) {
    expect(way.flat()).toEqual(askingSteps(definitionOf(version)));
  }
});

describe.each(versions)('place-order v$version', (one) => {
  const { pivot, refusals, cancels } = one;

  it('goes from the order to the mail', () => {
    at(one).expectState('completed').expectTimerIn(null).expectNoAttention();
  });

  it.each(refusals)('undoes what was done when %s is answered %j', (step, answer, undoes) => {
    const { name, data } = answer;
    const refused = at(one, step).givenReply(step, name, data).expectCause(name);
    expectUndone(refused, undoes);
  });

  it.each(cancels)('is cancelled while %s is out', (step, undoes) => {
    expectUndone(at(one, step).givenCancel(), undoes);
  });

  it('is cancelled before it has begun', () => {
    givenSaga(definitionOf(one.version))
      .givenCancel()
      .expectState('awaiting-start')
      .givenStart(input)
      .expectCompensation('create-order')
      .givenUndone('create-order')
      .expectState('compensated');
  });

  it('waits with a cancel for its pivot, and goes on when that is done', () => {
    const waiting = at(one, pivot).givenCancel().expectState('running');
    succeed(waiting, pivot).expectState('running').expectNote('cancel refused: the pivot is done');
  });

  it('waits with a cancel for its pivot, and undoes everything when that is refused', () => {
    const [refusal] = refusals.filter(([step]) => step === pivot);
    if (!refusal) throw new Error('its pivot cannot refuse');
    const [, { name, data }, undoes] = refusal;
    const waiting = at(one, pivot).givenCancel();
    expectUndone(waiting.givenReply(pivot, name, data), undoes);
  });

  it('is not cancelled any more when its pivot is done', () => {
    succeed(at(one, pivot), pivot)
      .givenCancel()
      .expectNothingSent()
      .expectNote('cancel refused: the pivot is done');
    at(one).givenCancel().expectNothingSent().expectState('completed');
  });
});
