/**
 * Promises attacked here: what returned goods cost is given back once a return at the provider, all
 * returns together never more than was captured, and the order's saga is told the totals.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { refundGoods, sagaReport } from '#contracts';
import type { ReceivedEvent } from '#messaging';
import { command } from './participant-harness.js';
import { PaymentWorld, newCharge, type PaymentReplica } from './payment-world.js';

jest.setTimeout(30_000);

const goods = (orderId: string, amount: number, returnId: string = randomUUID(), by = 'one') =>
  command({
    name: refundGoods.name,
    key: returnId,
    id: `${returnId}:${by}`,
    data: { orderId, returnId, amount, currency: 'JPY' },
  });

describe('refunds of goods', () => {
  let world: PaymentWorld;
  beforeAll(async () => {
    world = await PaymentWorld.start();
  }, 240_000);
  afterAll(() => world.stop());
  afterEach(() => world.stopReplicas());

  const paid = async (service: PaymentReplica) => {
    const { orderId, charge, refund } = newCharge();
    await service.deliver(charge);
    await service.final(charge);
    return { orderId, undo: refund };
  };
  const reports = ({ replica }: PaymentReplica, orderId: string) =>
    replica.published
      .filter(({ type, key }) => type.endsWith('saga.report-effects') && key === orderId)
      .map(({ data }) => sagaReport.parse(data));

  it('are made once a return, part by part, and the rest goes back with the payment', async () => {
    const service = await world.replica();
    const { orderId, undo } = await paid(service);
    const [one, two] = [goods(orderId, 300), goods(orderId, 500)];
    await service.deliver(one, one, goods(orderId, 300, one.key, 'another-command'));
    expect(await service.final(one)).toMatchObject({ result: { refunded: 300 } });
    await service.deliver(two);
    expect(await service.final(two)).toMatchObject({ result: { refunded: 500 } });
    await service.deliver(one, two);
    await service.idle();
    expect(await world.books(orderId)).toMatchObject([
      { captured: 1200, refunded: 800, refunds: [{ returnId: one.key }, { returnId: two.key }] },
    ]);
    expect(reports(service, orderId).at(-1)).toMatchObject({
      effects: [{ id: `payment:${orderId}`, taken: 1200, returned: 800 }],
    });
    await service.deliver(undo);
    expect(await service.final(undo)).toMatchObject({
      result: { refunded: 1200 },
      effects: [{ taken: 1200, returned: 1200 }],
    });
    expect(await world.books(orderId)).toMatchObject([
      { captured: 1200, refunded: 1200, refunds: [{}, {}, { amount: 400 }] },
    ]);
    const refunds = service.facts(orderId).filter((fact) => fact === 'refund.completed');
    expect(refunds).toHaveLength(3);
  });

  it('of two returns at the same time never exceed what was captured', async () => {
    const [left, right] = [await world.replica(), await world.replica()];
    const { orderId } = await paid(left);
    const wishes = [goods(orderId, 700), goods(orderId, 700)] as const;
    await Promise.all([left.deliver(wishes[0]), right.deliver(wishes[1])]);
    const outcome = (event: ReceivedEvent) =>
      [left, right].flatMap((service) => service.replies(event)).map((reply) => reply.outcome);
    await left.idle();
    expect(wishes.map(outcome).toSorted()).toEqual([['parked'], ['succeeded']]);
    expect(await world.books(orderId)).toMatchObject([{ refunded: 700 }]);
  });

  it('that nobody heard of are looked up, and made once', async () => {
    const service = await world.replica({ takesOver: false });
    const { orderId } = await paid(service);
    const lost = goods(orderId, 300);
    let wentThrough = 0;
    const deaf = await world.replica({
      around: (provider) => {
        const refund = provider.refund.bind(provider);
        provider.refund = async (wish) => {
          const given = await refund(wish);
          wentThrough += 1;
          if (wentThrough < 3) throw new Error('the answer was lost');
          return given;
        };
        return provider;
      },
    });
    await deaf.deliver(lost);
    expect(await deaf.final(lost)).toMatchObject({ result: { refunded: 300 } });
    expect(wentThrough).toBe(3);
    expect(await world.books(orderId)).toMatchObject([{ refunded: 300, refunds: [{}] }]);
  });

  it('that the provider will not make are told once, for a person to look after', async () => {
    const service = await world.replica();
    const { orderId } = await paid(service);
    const [intent] = await world.books(orderId);
    // somebody gave most of it back by hand, at the provider
    await fetch(`${world.sandbox.url}/v1/refunds`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test' },
      body: new URLSearchParams({ payment_intent: intent?.intentId ?? '', amount: '1000' }),
    });
    const refused = goods(orderId, 300);
    await service.deliver(refused);
    expect(await service.final(refused)).toMatchObject({
      outcome: 'dead',
      reason: { code: 'provider-rejected' },
    });
    const again = goods(orderId, 300, refused.key, 'sent-by-a-person');
    await service.deliver(again);
    await service.final(again);
    expect(service.facts(orderId).filter((fact) => fact === 'refund.failed')).toHaveLength(1);
    expect(await service.payment(orderId)).toMatchObject({ status: 'captured', refunded: 0 });
  });

  it('of a payment that was taken back are given up for a person to see', async () => {
    const service = await world.replica();
    const { orderId, undo } = await paid(service);
    await service.deliver(undo);
    await service.final(undo);
    const late = goods(orderId, 300);
    await service.deliver(late);
    expect(service.replies(late)).toMatchObject([{ outcome: 'parked' }]);
    expect(await world.books(orderId)).toMatchObject([{ refunded: 1200, refunds: [{}] }]);
  });
});
