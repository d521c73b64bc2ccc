/**
 * Promises attacked here: a payment of days is asked for once, taken once when it is made, and not at
 * all when it is late or taken back; another card is charged after a declined one, once; and what the
 * provider tells may come late, twice, or never.
 */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { waitFor } from '#testing';
import { PaymentWorld, another, newCharge, newSlowCharge } from './payment-world.js';
import type { PaymentReplica, PaymentReplicaOptions } from './payment-world.js';

jest.setTimeout(240_000);

const METHODS = ['bank_transfer', 'convenience_store'] as const;

describe('payment by customers', () => {
  let world: PaymentWorld;
  /** Looks into the provider's books only when it is told of something. */
  let payment: PaymentReplica;
  beforeAll(async () => {
    world = await PaymentWorld.start();
  }, 240_000);
  afterAll(() => world.stop());
  beforeEach(async () => {
    payment = await world.replica();
  });
  afterEach(() => world.stopReplicas());

  /** The only one: the other one would take its work, and be more patient with it. */
  const instead = async (options: PaymentReplicaOptions): Promise<PaymentReplica> => {
    await payment.stop();
    return world.replica(options);
  };

  let messageNo = 0;
  const message = (orderId: string | undefined, messageId = `evt_${(messageNo += 1)}`) => ({
    ...{ messageId, type: 'payment_intent.succeeded', orderId },
  });

  const instructed = (orderId: string, replica = payment) =>
    waitFor(async () => (await replica.payment(orderId))?.instructions, {
      what: `instructions for ${orderId}`,
      intervalMs: 5,
    });

  describe.each(METHODS)('by %s', (method) => {
    it('is pending at once, says how to pay, and is taken when it is paid', async () => {
      const { orderId, charge } = newSlowCharge(method);
      await payment.deliver(charge);
      expect(payment.replies(charge)).toMatchObject([{ outcome: 'pending' }]);
      const { reference, payBy } = await instructed(orderId);
      expect(reference.length).toBeGreaterThan(3);
      expect(Date.parse(payBy)).toBeGreaterThan(Date.now());
      await world.customer(orderId, 'pay');
      expect(await payment.desk.hear(message(orderId))).toBe('heard');
      expect(await payment.final(charge)).toMatchObject({ outcome: 'succeeded' });
      expect(await world.books(orderId)).toMatchObject([{ captures: 1, captured: 1200 }]);
      expect(payment.facts(orderId)).toEqual([
        ...['payment.requested', 'payment.instructed', 'payment.completed'],
      ]);
      // whom it was is forgotten
      expect(await payment.payment(orderId)).toMatchObject({ status: 'captured', email: null });
    });

    it('that is taken back while it is awaited cannot be paid any more', async () => {
      const { orderId, charge, refund } = newSlowCharge(method);
      await payment.deliver(charge);
      await instructed(orderId);
      await payment.deliver(refund);
      expect(await payment.final(refund)).toMatchObject({ result: { refunded: 0 } });
      expect(await world.books(orderId)).toMatchObject([{ status: 'canceled', captures: 0 }]);
      await expect(world.customer(orderId, 'pay')).rejects.toThrow('answered');
      expect(await payment.final(charge)).toMatchObject({ outcome: 'refused' });
    });

    it('that is paid while it is taken back is given back', async () => {
      const { orderId, charge, refund } = newSlowCharge(method);
      await payment.deliver(charge);
      await instructed(orderId);
      await world.customer(orderId, 'pay');
      await payment.deliver(refund);
      expect(await payment.final(refund)).toMatchObject({ result: { refunded: 1200 } });
      expect(await world.books(orderId)).toMatchObject([{ captured: 1200, refunded: 1200 }]);
    });

    it('expires by our clock, and at the provider too', async () => {
      const hasty = await instead({ payWithinMs: 1 });
      const { orderId, charge } = newSlowCharge(method);
      await hasty.deliver(charge);
      if (method === 'convenience_store') {
        // this provider has a clock of its own for it
        await instructed(orderId, hasty);
        await world.customer(orderId, 'expire');
        await hasty.desk.hear(message(orderId));
      }
      expect(await hasty.final(charge)).toMatchObject({
        outcome: 'refused',
        reason: { code: 'payment-expired' },
      });
      expect(await world.books(orderId)).toMatchObject([{ status: 'canceled', captures: 0 }]);
      await expect(world.customer(orderId, 'pay')).rejects.toThrow('answered');
    });
  });

  it('is found out by looking when nobody tells', async () => {
    const looking = await instead({ payPollMs: 20 });
    const { orderId, charge } = newSlowCharge('bank_transfer');
    await looking.deliver(charge);
    await instructed(orderId, looking);
    await world.customer(orderId, 'pay');
    expect(await looking.final(charge)).toMatchObject({ outcome: 'succeeded' });
  });

  it('is taken once, whatever is told, however often and in whatever order', async () => {
    const { orderId, charge } = newSlowCharge('bank_transfer');
    await payment.deliver(charge);
    expect(await payment.desk.hear(message(orderId, 'evt_early'))).toBe('heard');
    await instructed(orderId);
    await world.customer(orderId, 'pay');
    const told = ['evt_a', 'evt_b', 'evt_a', 'evt_a'].map((id) => message(orderId, id));
    const heard = await Promise.all(told.map((one) => payment.desk.hear(one)));
    expect(heard.toSorted()).toEqual(['heard', 'heard', 'heard', 'heard']);
    expect(await payment.desk.hear(message(orderId, 'evt_a'))).toBe('repeated');
    expect(await payment.final(charge)).toMatchObject({ outcome: 'succeeded' });
    await payment.idle();
    expect(payment.replies(charge).map(({ outcome }) => outcome)).toEqual(['pending', 'succeeded']);
    expect(await world.books(orderId)).toMatchObject([{ captures: 1 }]);
  });

  it('is not asked about for what is none of ours, or of nobody', async () => {
    expect(await payment.desk.hear(message('0195e7a0-0000-7000-8000-00000000dead'))).toBe(
      'unknown',
    );
    expect(await payment.desk.hear(message('somebody-elses'))).toBe('unknown');
    expect(await payment.desk.hear(message(undefined))).toBe('unknown');
  });
});

describe('another card', () => {
  let world: PaymentWorld;
  let payment: PaymentReplica;
  beforeAll(async () => {
    world = await PaymentWorld.start();
    payment = await world.replica({ timeoutMs: 5_000 });
  }, 240_000);
  afterAll(() => world.stop());

  it('is charged after declined ones, whose intents are closed, and told as a fact of its own', async () => {
    const { orderId, charge } = newCharge('tok_declined');
    await payment.deliver(charge);
    expect(await payment.final(charge)).toMatchObject({ outcome: 'refused' });
    const second = another(charge, 'tok_declined');
    await payment.deliver(second);
    expect(await payment.final(second)).toMatchObject({ outcome: 'refused' });
    const third = another(charge, 'tok_ok');
    await payment.deliver(third);
    expect(await payment.final(third)).toMatchObject({
      outcome: 'succeeded',
      result: { amount: 1200 },
    });
    const intents = (await world.books(orderId)).map(({ status, captured }) => [status, captured]);
    expect(intents).toEqual([
      ['canceled', 0],
      ['canceled', 0],
      ['succeeded', 1200],
    ]);
    expect(payment.facts(orderId)).toEqual([
      ...['payment.requested', 'payment.failed', 'payment.failed', 'payment.completed'],
    ]);
    expect(await payment.payment(orderId)).toMatchObject({ attempt: 3, sealedToken: null });
  });

  it('is not charged again when the command for it comes again', async () => {
    const { orderId, charge } = newCharge('tok_declined');
    await payment.deliver(charge);
    await payment.final(charge);
    const second = another(charge, 'tok_ok');
    await payment.deliver(second, second);
    await payment.final(second);
    await payment.deliver(second, charge);
    const intents = await world.books(orderId);
    expect(intents.map(({ captures }) => captures)).toEqual([0, 1]);
    // the first command keeps its own answer
    expect(payment.replies(charge).at(-1)).toMatchObject({ outcome: 'refused' });
    expect(payment.replies(second).at(-1)).toMatchObject({ outcome: 'succeeded' });
  });

  it('given while the first is not declined yet is the answer to both', async () => {
    const { orderId, charge } = newCharge('tok_ok');
    const second = another(charge, 'tok_ok');
    await payment.deliver(charge, second);
    expect(await payment.final(charge)).toMatchObject({ outcome: 'succeeded' });
    expect(await payment.final(second)).toMatchObject({ outcome: 'succeeded' });
    expect(await world.books(orderId)).toMatchObject([{ captures: 1 }]);
  });
});
