/**
 * Promises attacked here: wherever a process ends between what the provider did and what we wrote,
 * another one goes on, and the money is taken once; what is taken back meanwhile stays taken back.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type {
  BookedDispute,
  DisputePage,
  IntentPage,
  IntentState,
  NewIntent,
  PayWith,
  Refund,
  TimeRange,
} from '../../apps/payment/src/provider/payment-provider.js';
import { PaymentProvider } from '../../apps/payment/src/provider/payment-provider.js';
import { Gate } from './participant-harness.js';
import { PaymentWorld, newCharge } from './payment-world.js';

jest.setTimeout(240_000);

type Call = 'create' | 'confirm' | 'cancel' | 'refund';
type Place = `${'before' | 'after'} ${Call}`;

/** Stops a run at one place, the first time it comes there, until the test lets it go on. */
class Stall extends PaymentProvider {
  readonly reached = new Gate();
  readonly goOn = new Gate();
  private done = false;

  constructor(
    private readonly inner: PaymentProvider,
    private readonly place: Place,
  ) {
    super();
  }

  createIntent(intent: NewIntent): Promise<string> {
    return this.around('create', () => this.inner.createIntent(intent));
  }
  confirmIntent(intentId: string, payWith: PayWith): Promise<IntentState> {
    return this.around('confirm', () => this.inner.confirmIntent(intentId, payWith));
  }
  findIntent(intentId: string): Promise<IntentState> {
    return this.inner.findIntent(intentId);
  }
  cancelIntent(intentId: string): Promise<IntentState> {
    return this.around('cancel', () => this.inner.cancelIntent(intentId));
  }
  refund(refund: Refund): Promise<number> {
    return this.around('refund', () => this.inner.refund(refund));
  }
  totalRefunded(intentId: string): Promise<number> {
    return this.inner.totalRefunded(intentId);
  }
  listIntents(range: TimeRange, cursor?: string): Promise<IntentPage> {
    return this.inner.listIntents(range, cursor);
  }
  disputesOf(intentId: string): Promise<readonly BookedDispute[]> {
    return this.inner.disputesOf(intentId);
  }
  listDisputes(range: TimeRange, cursor?: string): Promise<DisputePage> {
    return this.inner.listDisputes(range, cursor);
  }

  private async around<Result>(call: Call, work: () => Promise<Result>): Promise<Result> {
    await this.pass(`before ${call}`);
    const result = await work();
    await this.pass(`after ${call}`);
    return result;
  }

  private async pass(place: Place): Promise<void> {
    if (place !== this.place || this.done) return;
    this.done = true;
    this.reached.open();
    await this.goOn.passed;
  }
}

describe('a payment whose process ends', () => {
  let world: PaymentWorld;
  beforeAll(async () => {
    world = await PaymentWorld.start({ lateAnswerMs: 60_000 });
  }, 240_000);
  afterAll(() => world.stop());
  let current: Stall | undefined;
  afterEach(async () => {
    current?.goOn.open();
    await world.stopReplicas();
  });

  /** A replica that stalls at the place and leaves what it lost to others. */
  async function stalling(place: Place) {
    const made = Promise.withResolvers<Stall>();
    const around = (inner: PaymentProvider) => {
      current = new Stall(inner, place);
      made.resolve(current);
      return current;
    };
    const first = await world.replica({ takesOver: false, around });
    return { first, stall: await made.promise };
  }

  it.each<Place>(['before create', 'after create', 'before confirm', 'after confirm'])(
    '%s is captured once by another, also when the first one wakes up again',
    async (place) => {
      const { first, stall } = await stalling(place);
      const { orderId, charge } = newCharge();
      await first.deliver(charge);
      await stall.reached.passed;
      const second = await world.replica();
      await first.expireLeases();
      expect(await second.final(charge)).toMatchObject({ outcome: 'succeeded' });
      stall.goOn.open();
      await first.stop(); // ends when its run has ended
      expect(first.replies(charge)).toEqual([]);
      expect(await world.books(orderId)).toMatchObject([{ captures: 1, captured: 1200 }]);
      expect(await second.payment(orderId)).toMatchObject({ status: 'captured', captured: 1200 });
    },
  );

  it.each<[Place, string]>([
    ['before create', 'canceled'],
    ['after create', 'canceled'],
    ['before confirm', 'canceled'],
    ['after confirm', 'refunded'],
  ])('%s and is taken back meanwhile ends %s', async (place, status) => {
    const { first, stall } = await stalling(place);
    const { orderId, charge, refund } = newCharge();
    await first.deliver(charge);
    await stall.reached.passed;
    const second = await world.replica();
    await second.deliver(refund);
    await first.expireLeases();
    const refunded = status === 'refunded' ? 1200 : 0;
    expect(await second.final(refund)).toMatchObject({
      outcome: 'succeeded',
      result: { refunded },
    });
    expect(await second.final(charge)).toMatchObject({ outcome: 'refused' });
    stall.goOn.open();
    await first.stop();
    const intents = await world.books(orderId);
    for (const intent of intents) expect(intent.captured - intent.refunded).toBe(0);
    expect(await second.payment(orderId)).toMatchObject({ status });
  });

  it.each<Place>(['before refund', 'after refund'])(
    '%s is undone once by another',
    async (place) => {
      const { first, stall } = await stalling(place);
      const { orderId, charge, refund } = newCharge();
      await first.deliver(charge);
      await first.final(charge);
      await first.deliver(refund);
      await stall.reached.passed;
      const second = await world.replica();
      await first.expireLeases();
      expect(await second.final(refund)).toMatchObject({ result: { refunded: 1200 } });
      stall.goOn.open();
      await first.stop();
      const [intent] = await world.books(orderId);
      expect(intent).toMatchObject({ refunded: 1200, refunds: [{ amount: 1200 }] });
    },
  );

  it.each<Place>(['before cancel', 'after cancel'])(
    '%s of a declined card is refused by another, for the reason that the provider gave',
    async (place) => {
      const { first, stall } = await stalling(place);
      const { orderId, charge, refund } = newCharge('tok_declined');
      await first.deliver(charge);
      await stall.reached.passed;
      expect(first.replies(charge).map(({ outcome }) => outcome)).not.toContain('refused');
      const second = await world.replica();
      await first.expireLeases();
      expect(await second.final(charge)).toMatchObject({
        outcome: 'refused',
        result: { declineCode: 'generic_decline' },
      });
      stall.goOn.open();
      await first.stop();
      await second.deliver(refund);
      expect(await second.final(refund)).toMatchObject({ result: { refunded: 0 } });
      expect(await world.books(orderId)).toMatchObject([{ status: 'canceled', captures: 0 }]);
    },
  );

  it('in the middle of a charge that is taken back by the same process is refunded', async () => {
    const { first, stall } = await stalling('after confirm');
    const { orderId, charge, refund } = newCharge();
    await first.deliver(charge);
    await stall.reached.passed;
    await first.deliver(refund);
    expect(first.replies(refund)).toEqual([]);
    stall.goOn.open();
    expect(await first.final(refund)).toMatchObject({
      outcome: 'succeeded',
      result: { refunded: 1200 },
      effects: [{ taken: 1200, returned: 1200 }],
    });
    expect(await first.final(charge)).toMatchObject({ effects: [{ taken: 1200, returned: 0 }] });
    expect(first.facts(orderId)).toEqual([
      ...['payment.requested', 'payment.completed', 'refund.completed'],
    ]);
    expect(await world.books(orderId)).toMatchObject([{ captures: 1, refunded: 1200 }]);
  });

  it('is taken back while the provider is silent about the charge: it is resolved first', async () => {
    const payment = await world.replica({ timeoutMs: 400 });
    const { orderId, charge, refund } = newCharge('tok_timeout');
    await payment.deliver(charge);
    await payment.deliver(refund);
    expect(await payment.final(refund)).toMatchObject({ outcome: 'succeeded' });
    await payment.final(charge);
    for (const intent of await world.books(orderId)) {
      expect(intent.captured - intent.refunded).toBe(0);
    }
  });
});
