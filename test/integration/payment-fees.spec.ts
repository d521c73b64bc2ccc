/**
 * Promises attacked here: what a merchant pays is decided once, with the capture, by the rates that
 * are known then; nothing waits for them; and the facts say all of it, whichever replica records it.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  eventType,
  merchantCreated,
  merchantUpdated,
  paymentCompleted,
  refundCompleted,
  refundGoods,
  type FeeRate,
} from '#contracts';
import { migrations } from '#migrations/payment';
import type { ReceivedEvent } from '#messaging';
import { testPostgres } from '#testing';
import { MerchantFacts } from '../../apps/payment/src/handlers/merchant-facts.js';
import { findPayments } from '../../apps/payment/src/persistence/find-payments.js';
import { command, ParticipantDatabase } from './participant-harness.js';
import { PaymentWorld, newCharge, type PaymentReplica } from './payment-world.js';

jest.setTimeout(60_000);

const rate = (rateId: string, change: Partial<FeeRate> = {}): FeeRate => ({
  ...{ rateId, channel: '*', validFrom: '2026-01-01T00:00:00Z', basisPoints: 325 },
  fixed: [{ currency: 'JPY', amount: 3 }],
  ...change,
});

const fact = (
  merchantId: string,
  revision: number,
  feeRates: readonly FeeRate[],
): ReceivedEvent => {
  const { name, topic } = revision === 1 ? merchantCreated : merchantUpdated;
  const data = {
    ...{ merchantId, revision, name: 'Shop', status: 'active', timeZone: 'Asia/Tokyo', feeRates },
    ...{ payoutAccounts: [], apiKeys: [], occurredAt: new Date().toISOString() },
  };
  return {
    ...{ id: `${merchantId}:${revision}`, topic, key: merchantId, partition: 0, offset: '0' },
    ...{ headers: {}, source: 'merchant', type: eventType(name), subject: merchantId, data },
    ...{ time: new Date().toISOString(), extensions: {} },
  };
};

describe('the fee of a payment', () => {
  let world: PaymentWorld;
  beforeAll(async () => {
    world = await PaymentWorld.start();
  }, 240_000);
  afterAll(() => world.stop());
  afterEach(() => world.stopReplicas());

  const learn = ({ replica }: PaymentReplica, ...events: ReceivedEvent[]) =>
    replica.outbox.transaction((unit) => new MerchantFacts().apply(events, unit));
  const chargeOf = (merchantId: string) => {
    const { orderId, charge, refund } = newCharge();
    return {
      orderId,
      refund,
      charge: { ...charge, data: { ...(charge.data as object), merchantId } },
    };
  };
  const told = (service: PaymentReplica, orderId: string, { name }: { readonly name: string }) =>
    service.replica.published
      .filter(({ key, type }) => key === orderId && type === eventType(name))
      .map(({ data }) => data);

  it('is told with the capture, kept, and told again when the order is undone', async () => {
    const service = await world.replica();
    const merchantId = `m-${randomUUID()}`;
    await learn(service, fact(merchantId, 1, [rate('r-1')]));
    const { orderId, charge, refund } = chargeOf(merchantId);
    await service.deliver(charge);
    await service.final(charge);
    expect(told(service, orderId, paymentCompleted)).toMatchObject([{ fee: 42, feeRateId: 'r-1' }]);
    await learn(service, fact(merchantId, 2, [rate('r-2', { basisPoints: 9_000 })]));
    const goods = command({
      ...{ name: refundGoods.name, key: randomUUID() },
      data: { orderId, returnId: randomUUID(), amount: 300, currency: 'JPY' },
    });
    await service.deliver(goods);
    await service.final(goods);
    await service.deliver(refund);
    await service.final(refund);
    expect(told(service, orderId, refundCompleted)).toMatchObject([
      { refunded: 300, given: 300, feeReturned: 0 },
      { refunded: 1200, given: 900, feeReturned: 42 },
    ]);
    expect(await service.payment(orderId)).toMatchObject({
      ...{ captured: 1200, fee: 42, feeRateId: 'r-1', feeReturned: 42 },
      capturedAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  it('is nothing for a merchant that nobody has heard of yet, and stays nothing', async () => {
    const service = await world.replica();
    const merchantId = `m-${randomUUID()}`;
    const { orderId, charge, refund } = chargeOf(merchantId);
    await service.deliver(charge);
    await service.final(charge);
    const [completed] = told(service, orderId, paymentCompleted);
    expect(paymentCompleted.data.parse(completed)).toMatchObject({ fee: 0 });
    expect(completed).not.toHaveProperty('feeRateId');
    await learn(service, fact(merchantId, 1, [rate('late')]));
    await service.deliver(refund);
    await service.final(refund);
    expect(told(service, orderId, refundCompleted)).toMatchObject([{ feeReturned: 0 }]);
  });

  it('costs a batch one look at the rates, however many merchants', async () => {
    const service = await world.replica();
    const merchants = Array.from({ length: 20 }, (_, no) => `m-${no}-${randomUUID()}`);
    await learn(service, ...merchants.map((id, no) => fact(id, 1, [rate(`r-${no}`)])));
    const charges = merchants.map(chargeOf);
    service.replica.statements = [];
    await service.deliver(...charges.map(({ charge }) => charge));
    await Promise.all(charges.map(({ charge }) => service.final(charge)));
    const { statements } = service.replica;
    const looks = statements.filter((sql) => sql.includes('known_merchant')).length;
    const batches = statements.filter((sql) =>
      sql.includes('update payment p\n        set wanted'),
    );
    expect(looks).toBeLessThanOrEqual(batches.length);
    for (const [no, { orderId }] of charges.entries()) {
      expect(told(service, orderId, paymentCompleted)).toMatchObject([{ feeRateId: `r-${no}` }]);
    }
  });

  it('of a fact that comes twice, late or beside its successor is that of the latest', async () => {
    const service = await world.replica();
    const merchantId = `m-${randomUUID()}`;
    const facts = [1, 2, 3].map((no) => fact(merchantId, no, [rate(`r-${no}`)]));
    await learn(service, ...facts.toReversed(), ...facts);
    await learn(service, ...facts.slice(0, 2));
    const { orderId, charge } = chargeOf(merchantId);
    await service.deliver(charge);
    await service.final(charge);
    expect(told(service, orderId, paymentCompleted)).toMatchObject([{ feeRateId: 'r-3' }]);
  });

  it('is not learnt from what breaks its contract', async () => {
    const service = await world.replica();
    const broken = { ...fact('m-broken', 1, []), data: { merchantId: 'm-broken' } };
    await expect(learn(service, broken)).rejects.toThrow('revision');
  });
});

describe('payments of before there were fees', () => {
  it('have none, are whole all the same, and go back as they came', async () => {
    const server = await testPostgres();
    const all = migrations.map((Migration) => new Migration());
    const at = all.findIndex(({ name }) => name === 'PaymentFeesAndChargebacks1764205200305');
    const [fees, before] = [all[at], all.slice(0, at)];
    const database = await ParticipantDatabase.create(server, async (runner) => {
      for (const migration of before) await migration.up(runner);
    });
    const replica = await database.replica();
    const insert = async (method: string, wanted: string, refunded: number): Promise<string> => {
      const orderId = randomUUID();
      await replica.database.query(
        `insert into payment (order_id, saga_id, customer_id, merchant_id, channel, method, currency,
           amount, wanted, status, captured, refunded, revision, charge_to, undo_to, created_at,
           updated_at)
         values ($1, 's', 'c', 'm', 'web', $2, 'JPY', 1200, $3, 'captured', 1200, $4, 3, '[]', '[]',
           '2026-11-01T00:00:00Z', '2026-11-03T00:00:00.5Z')`,
        [orderId, method, wanted, refunded],
      );
      return orderId;
    };
    const card = await insert('credit_card', 'captured', 0);
    const transfer = await insert('bank_transfer', 'captured', 0);
    const refunded = await insert('bank_transfer', 'captured', 100);
    const runner = replica.dataSource.createQueryRunner();
    await fees?.up(runner);
    const found = await findPayments(replica.database, [card, transfer, refunded]);
    const none = { fee: 0, feeRateId: null, feeReturned: 0, chargebacks: [] };
    expect(found.get(card)).toMatchObject({ ...none, capturedAt: null });
    expect(found.get(refunded)).toMatchObject({ ...none, capturedAt: null });
    expect(found.get(transfer)).toMatchObject({ ...none, capturedAt: '2026-11-03T00:00:00.500Z' });
    await fees?.down(runner);
    await fees?.up(runner);
    await runner.release();
    await database.close();
    await server.stop();
  });
});
