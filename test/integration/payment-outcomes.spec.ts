/** Promises attacked here: what each card brings about, once, whatever is repeated or comes first. */
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
import type { ReceivedEvent } from '#messaging';
import { PaymentWorld, newCharge, type PaymentReplica } from './payment-world.js';

jest.setTimeout(240_000);

describe('payment against the provider', () => {
  let world: PaymentWorld;
  let payment: PaymentReplica;
  beforeAll(async () => {
    world = await PaymentWorld.start({ lateAnswerMs: 60_000 });
  }, 240_000);
  afterAll(() => world.stop());
  beforeEach(async () => {
    payment = await world.replica({ timeoutMs: 500 });
  });
  afterEach(() => world.stopReplicas());

  const effects = (orderId: string, taken: number, returned: number) => [
    expect.objectContaining({
      id: `payment:${orderId}`,
      kind: 'money',
      unit: 'JPY',
      taken,
      returned,
    }),
  ];

  it('captures a good card', async () => {
    const { orderId, charge } = newCharge();
    await payment.deliver(charge);
    const answer = await payment.final(charge);
    const [intent, ...others] = await world.books(orderId);
    expect(others).toEqual([]);
    expect(intent).toMatchObject({ status: 'succeeded', captures: 1, captured: 1200 });
    expect(answer).toMatchObject({
      outcome: 'succeeded',
      result: { intentId: intent?.intentId, amount: 1200 },
      effects: effects(orderId, 1200, 0),
    });
    expect(payment.facts(orderId)).toEqual(['payment.requested', 'payment.completed']);
  });

  it('refuses a declined card, and takes nothing back from it', async () => {
    const { orderId, charge, refund } = newCharge('tok_declined');
    await payment.deliver(charge);
    expect(await payment.final(charge)).toMatchObject({
      outcome: 'refused',
      result: { declineCode: 'generic_decline' },
      reason: { code: 'generic_decline' },
      effects: effects(orderId, 0, 0),
    });
    await payment.deliver(refund);
    expect(await payment.final(refund)).toMatchObject({
      outcome: 'succeeded',
      result: { refunded: 0 },
      effects: effects(orderId, 0, 0),
    });
    expect(await world.books(orderId)).toMatchObject([{ status: 'canceled', captures: 0 }]);
    expect(payment.facts(orderId)).toEqual(['payment.requested', 'payment.failed']);
  });

  it('captures once when the charge was executed and its answer never came', async () => {
    const { orderId, charge } = newCharge('tok_timeout');
    await payment.deliver(charge);
    expect(await payment.final(charge)).toMatchObject({ outcome: 'succeeded' });
    expect(await world.books(orderId)).toMatchObject([{ captures: 1, captured: 1200 }]);
  });

  it('says that it takes longer when the provider fails, tries again, and captures once', async () => {
    const { orderId, charge } = newCharge('tok_error_then_ok');
    await payment.deliver(charge);
    expect(await payment.final(charge)).toMatchObject({ outcome: 'succeeded' });
    expect(payment.replies(charge).map(({ outcome }) => outcome)).toEqual(['pending', 'succeeded']);
    expect(await world.books(orderId)).toMatchObject([{ captures: 1 }]);
  });

  it('charges nothing for an order of no value, and gives nothing back', async () => {
    const { orderId, charge, refund } = newCharge('tok_ok', 0);
    await payment.deliver(charge);
    expect(await payment.final(charge)).toMatchObject({
      outcome: 'succeeded',
      result: { amount: 0 },
    });
    await payment.deliver(refund);
    expect(await payment.final(refund)).toMatchObject({
      outcome: 'succeeded',
      result: { refunded: 0 },
    });
    expect(await world.books(orderId)).toEqual([]);
  });

  it('gives up what the provider will never do, and can take it back', async () => {
    const lost = await world.replica({ path: '/nowhere' });
    await payment.workers.stop(); // or it would do the work
    const { orderId, charge, refund } = newCharge();
    await lost.deliver(charge);
    expect(await lost.final(charge)).toMatchObject({
      outcome: 'dead',
      reason: { code: 'provider-rejected' },
    });
    await lost.idle();
    await lost.deliver(refund);
    expect(await lost.final(refund)).toMatchObject({
      outcome: 'succeeded',
      result: { refunded: 0 },
    });
    expect(await world.books(orderId)).toEqual([]);
  });

  it('charges once for a repeated command, and repeats its answer', async () => {
    const { orderId, charge } = newCharge();
    await payment.deliver(charge, charge);
    await payment.final(charge);
    await payment.deliver(charge);
    const answers = payment.replies(charge);
    expect(answers.length).toBe(2);
    expect(answers[1]).toEqual(answers[0]);
    expect(await world.books(orderId)).toMatchObject([{ captures: 1 }]);
  });

  it('charges once for two commands of one order, and answers both', async () => {
    const { orderId, charge } = newCharge();
    const other: ReceivedEvent = { ...charge, id: `${charge.id}-again` };
    await payment.deliver(charge, other);
    expect(await payment.final(charge)).toMatchObject({ outcome: 'succeeded' });
    expect(await payment.final(other)).toMatchObject({ outcome: 'succeeded' });
    expect(await world.books(orderId)).toMatchObject([{ captures: 1 }]);
  });

  it('refunds once, however often it is asked', async () => {
    const { orderId, charge, refund } = newCharge();
    await payment.deliver(charge);
    await payment.final(charge);
    const other: ReceivedEvent = { ...refund, id: `${refund.id}-again` };
    await payment.deliver(refund, other);
    await payment.final(other);
    await payment.deliver(refund);
    for (const event of [refund, other]) {
      expect(await payment.final(event)).toMatchObject({
        outcome: 'succeeded',
        result: { refunded: 1200 },
        effects: effects(orderId, 1200, 1200),
      });
    }
    expect(await world.books(orderId)).toMatchObject([
      { captures: 1, refunded: 1200, refunds: [{ amount: 1200 }] },
    ]);
    expect(payment.facts(orderId)).toEqual([
      ...['payment.requested', 'payment.completed', 'refund.completed'],
    ]);
  });

  it('has nothing to give back for a charge that never came, and refuses it when it comes', async () => {
    const { orderId, charge, refund } = newCharge();
    await payment.deliver(refund);
    expect(payment.replies(refund)).toMatchObject([
      { outcome: 'succeeded', result: { refunded: 0 } },
    ]);
    await payment.deliver(charge);
    expect(payment.replies(charge)).toMatchObject([
      { outcome: 'refused', reason: { code: 'undone' } },
    ]);
    expect(await payment.payment(orderId)).toBeUndefined();
    expect(await world.books(orderId)).toEqual([]);
  });

  it('takes back a charge of the same batch without asking the provider', async () => {
    const { orderId, charge, refund } = newCharge();
    await payment.deliver(charge, refund);
    expect(await payment.final(refund)).toMatchObject({
      outcome: 'succeeded',
      result: { refunded: 0 },
    });
    expect(await payment.final(charge)).toMatchObject({
      outcome: 'refused',
      reason: { code: 'undone' },
    });
    expect(await world.books(orderId)).toEqual([]);
  });

  it('keeps the card token nowhere in clear, and nowhere at all once it is decided', async () => {
    const { orderId, charge } = newCharge('tok_error_then_ok');
    await payment.deliver(charge);
    await payment.final(charge);
    expect((await payment.payment(orderId))?.sealedToken).toBeNull();
    const tables = ['payment', 'barrier', 'effect_task', 'parked_command'];
    for (const table of tables) {
      const rows = await payment.replica.database.query(`select t::text as row from ${table} t`);
      expect(JSON.stringify(rows)).not.toContain('tok_');
    }
    expect(JSON.stringify(payment.replica.published)).not.toMatch(/tok_|v1\./);
  });

  it('accepts a batch with a handful of statements, and captures each of it once', async () => {
    await payment.stop();
    const patient = await world.replica({ timeoutMs: 10_000 });
    const orders = Array.from({ length: 200 }, () => newCharge());
    await patient.deliver(...orders.map(({ charge }) => charge));
    const inserts = patient.replica.statements.filter((sql) => /insert into payment/.test(sql));
    expect(inserts).toHaveLength(1);
    await Promise.all(orders.map(({ charge }) => patient.final(charge)));
    for (const { orderId } of orders.slice(0, 5)) {
      expect(await world.books(orderId)).toMatchObject([{ captures: 1 }]);
    }
  });
});
