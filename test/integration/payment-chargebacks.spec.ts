/**
 * Promises attacked here: each news of a dispute is told exactly once, whether messages are late,
 * twice, shuffled or lost, and whichever replica reads the provider's books how late.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chargebackOpened, chargebackWon, eventType, type EventContract } from '#contracts';
import { waitFor } from '#testing';
import { ReconciliationWorkers } from '../../apps/payment/src/handlers/reconciliation.workers.js';
import {
  findComparison,
  type StoredComparison,
} from '../../apps/payment/src/persistence/reconciliation-rows.js';
import type { PaymentProvider } from '../../apps/payment/src/provider/payment-provider.js';
import { deathAt, Gate, silent } from './participant-harness.js';
import { PaymentWorld, newCharge, type PaymentReplica } from './payment-world.js';

jest.setTimeout(60_000);

const DAY_MS = 86_400_000;

describe('disputes', () => {
  let world: PaymentWorld;
  /** Of the provider's clock. */
  let aheadMs = 0;
  beforeAll(async () => {
    world = await PaymentWorld.start({ now: () => Date.now() + aheadMs });
  }, 240_000);
  afterAll(() => world.stop());
  afterEach(() => world.stopReplicas());

  const paid = async (service: PaymentReplica) => {
    const { orderId, charge, refund } = newCharge();
    await service.deliver(charge);
    await service.final(charge);
    const intentId = (await service.payment(orderId))?.intentId ?? '';
    return { orderId, intentId, refund };
  };
  const post = async (path: string, body: object = {}) => {
    const answer = await fetch(`${world.sandbox.url}/sandbox/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}`);
    return ((await answer.json()) as { id: string }).id;
  };
  const open = (intentId: string, body?: object) => post(`intents/${intentId}/dispute`, body);
  const close = (dispute: string, how: 'win' | 'lose') => post(`disputes/${dispute}/${how}`);
  const hear = (
    service: PaymentReplica,
    intentId: string,
    what = 'created',
    id: string = randomUUID(),
  ) =>
    service.desk.hear({
      ...{ messageId: `evt_${id}`, type: `charge.dispute.${what}`, orderId: undefined, intentId },
    });
  const told = (services: readonly PaymentReplica[], orderId: string): string[] =>
    services
      .flatMap((service) => service.facts(orderId))
      .filter((type) => type.startsWith('chargeback.'));
  const dataOf = ({ replica }: PaymentReplica, orderId: string, { name, data }: EventContract) =>
    replica.published
      .filter(({ key, type }) => key === orderId && type === eventType(name))
      .map((event) => data.parse(event.data));

  it('are told as they stand, and the payment shows them', async () => {
    const service = await world.replica();
    const { orderId, intentId } = await paid(service);
    const dispute = await open(intentId, { amount: 300, reason: 'product_not_received' });
    expect(await hear(service, intentId)).toBe('heard');
    await service.idle();
    const about = { orderId, merchantId: 'm-1', amount: 1200, currency: 'JPY' };
    expect(dataOf(service, orderId, chargebackOpened)).toMatchObject([
      {
        ...{ chargebackId: dispute, disputed: 300, reason: { code: 'product_not_received' } },
        ...{ revision: 3, ...about },
      },
    ]);
    await close(dispute, 'win');
    await hear(service, intentId, 'closed');
    await service.idle();
    expect(dataOf(service, orderId, chargebackWon)).toMatchObject([
      { chargebackId: dispute, disputed: 300, revision: 4, ...about },
    ]);
    expect(await service.payment(orderId)).toMatchObject({
      ...{ status: 'captured', captured: 1200, refunded: 0, revision: 4 },
      chargebacks: [{ chargebackId: dispute, disputed: 300, status: 'won' }],
    });
  });

  it('are told once, however often, late and shuffled it is said, to two replicas at once', async () => {
    const both = [await world.replica(), await world.replica()] as const;
    const { orderId, intentId } = await paid(both[0]);
    const one = await open(intentId, { amount: 300 });
    const other = await open(intentId);
    const same = randomUUID();
    const say = (what: string, id?: string) =>
      both.map((service) => hear(service, intentId, what, id));
    const answers = await Promise.all([...say('closed'), ...say('created', same), ...say('x')]);
    expect(answers).toHaveLength(6);
    await both[0].idle();
    await close(one, 'lose');
    await close(other, 'win');
    await Promise.all([...say('closed'), ...say('created', same), ...say('created')]);
    await both[0].idle();
    await close(one, 'win');
    await Promise.all(say('closed'));
    await both[0].idle();
    expect(told(both, orderId).toSorted()).toEqual([
      ...['chargeback.lost', 'chargeback.opened', 'chargeback.opened', 'chargeback.won'],
      'chargeback.won',
    ]);
    const ids = both.flatMap(({ replica }) => replica.published.map(({ id }) => id));
    const ofOrder = ids.filter((id) => id.includes(orderId) && id.startsWith('chargeback.'));
    expect(new Set(ofOrder.map((id) => id.split(':').at(-1)))).toHaveProperty('size', 5);
  });

  it('that are over when they are heard of have been opened all the same', async () => {
    const service = await world.replica();
    const { orderId, intentId } = await paid(service);
    await close(await open(intentId), 'lose');
    await hear(service, intentId, 'closed');
    await service.idle();
    expect(told([service], orderId)).toEqual(['chargeback.opened', 'chargeback.lost']);
  });

  it('read late do not undo what was read since', async () => {
    const gate = new Gate();
    const read = new Gate();
    const late = await world.replica({
      around: (provider) => stalling(provider, { read, gate }),
      takesOver: false,
    });
    const quick = await world.replica();
    const { orderId, intentId } = await paid(quick);
    const dispute = await open(intentId);
    await hear(late, intentId);
    await read.passed;
    await close(dispute, 'win');
    // the lease is still held: as after a pause of the process, it has run out
    await late.expireLeases();
    await waitFor(() => told([quick], orderId).length === 2, { what: 'both facts' });
    await hear(late, intentId);
    gate.open();
    await quick.idle();
    expect(told([late, quick], orderId)).toEqual(['chargeback.opened', 'chargeback.won']);
    expect((await quick.payment(orderId))?.chargebacks).toMatchObject([{ status: 'won' }]);
  });

  it('are told once by another when a process ends before it has written what it read', async () => {
    const first = await world.replica({ takesOver: false });
    const { orderId, intentId } = await paid(first);
    await open(intentId);
    const death = deathAt('effect.chargeback.executed');
    await hear(first, intentId);
    await death;
    expect(told([first], orderId)).toEqual([]);
    const second = await world.replica();
    await first.expireLeases();
    await second.idle();
    expect(told([first, second], orderId)).toEqual(['chargeback.opened']);
    expect((await second.payment(orderId))?.chargebacks).toMatchObject([{ status: 'open' }]);
  });

  it('are read again until the provider answers', async () => {
    let asked = 0;
    const service = await world.replica({
      around: (provider) => {
        const disputesOf = provider.disputesOf.bind(provider);
        provider.disputesOf = async (intentId) => {
          const found = await disputesOf(intentId);
          asked += 1;
          if (asked < 3) throw new Error('the answer was lost');
          return found;
        };
        return provider;
      },
    });
    const { orderId, intentId } = await paid(service);
    await open(intentId);
    await hear(service, intentId);
    await service.idle();
    expect(asked).toBe(3);
    expect(told([service], orderId)).toEqual(['chargeback.opened']);
  });

  it('may come after everything was refunded, and then exceed what was taken', async () => {
    const service = await world.replica();
    const { orderId, intentId, refund } = await paid(service);
    await service.deliver(refund);
    await service.final(refund);
    await open(intentId, { amount: 1200 });
    await hear(service, intentId);
    await service.idle();
    expect(await service.payment(orderId)).toMatchObject({
      ...{ status: 'refunded', captured: 1200, refunded: 1200 },
      chargebacks: [{ disputed: 1200, status: 'open' }],
    });
    expect(told([service], orderId)).toEqual(['chargeback.opened']);
  });

  it('of somebody else’s payments are nobody’s here', async () => {
    const service = await world.replica();
    const { orderId } = await paid(service);
    const foreign = await world.charged({ amount: '700' });
    const twin = await world.charged({ amount: '700', 'metadata[order_id]': orderId });
    for (const intentId of [foreign, twin]) {
      await open(intentId);
      await hear(service, intentId);
    }
    expect(await hear(service, 'pi_unknown')).toBe('heard');
    await service.idle();
    expect(told([service], orderId)).toEqual([]);
  });

  describe('that no message told of', () => {
    let comparing: ReconciliationWorkers;
    let service: PaymentReplica;
    const begin = async () => {
      service = await world.replica();
      const { database, outbox } = service.replica;
      const { provider, chargebacks } = service;
      comparing = new ReconciliationWorkers({
        ...{ database, outbox, provider, chargebacks, log: silent, everyMs: 3_600_000 },
      });
      comparing.start();
    };
    afterEach(async () => {
      aheadMs = 0;
      await comparing.stop();
    });
    const compared = async (day: string): Promise<StoredComparison> => {
      const before = (await findComparison(service.replica.database, day))?.comparedAt.getTime();
      await comparing.compare(day);
      const found = await waitFor(
        async () => {
          const one = await findComparison(service.replica.database, day);
          return one && one.comparedAt.getTime() !== before ? one : undefined;
        },
        { what: `${day} to be compared`, intervalMs: 10 },
      );
      await service.idle();
      return found;
    };
    const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    const ours = ({ differences }: StoredComparison, orderId: string) =>
      differences.filter((one) => one.orderId === orderId);

    it('are found by the comparison of the day, or of one of the week after it', async () => {
      await begin();
      const [near, far] = [await paid(service), await paid(service)];
      const now = Date.now();
      aheadMs = DAY_MS;
      await open(near.intentId, { amount: 300 });
      aheadMs = 8 * DAY_MS;
      const late = await open(far.intentId);
      const first = await compared(dayOf(now + 7 * DAY_MS));
      expect(ours(first, near.orderId)).toMatchObject([{ kind: 'chargeback', theirs: 300 }]);
      expect(ours(first, far.orderId)).toEqual([]);
      expect(told([service], near.orderId)).toEqual(['chargeback.opened']);
      expect(told([service], far.orderId)).toEqual([]);
      await close(late, 'win');
      const second = await compared(dayOf(now + 8 * DAY_MS));
      expect(ours(second, far.orderId)).toMatchObject([{ kind: 'chargeback', theirs: 1200 }]);
      expect(told([service], far.orderId)).toEqual(['chargeback.opened', 'chargeback.won']);
      expect(ours(await compared(dayOf(now + 7 * DAY_MS)), near.orderId)).toEqual([]);
    });

    it('to be over are found on any day, as long as they are open here', async () => {
      await begin();
      const { orderId, intentId } = await paid(service);
      const dispute = await open(intentId);
      await hear(service, intentId);
      await service.idle();
      await close(dispute, 'lose');
      const day = '2026-01-31';
      expect(ours(await compared(day), orderId)).toEqual([]);
      expect(told([service], orderId)).toEqual(['chargeback.opened', 'chargeback.lost']);
      await compared(day);
      expect(told([service], orderId)).toHaveLength(2);
    });
  });
});

/** The first reading of disputes goes on only when the gate is open. */
function stalling(provider: PaymentProvider, { read, gate }: { read: Gate; gate: Gate }) {
  const disputesOf = provider.disputesOf.bind(provider);
  provider.disputesOf = async (intentId) => {
    const found = await disputesOf(intentId);
    read.open();
    await gate.passed;
    return found;
  };
  return provider;
}
