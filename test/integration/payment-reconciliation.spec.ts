/**
 * Promise attacked here: whatever differs between our payments and the provider's books on a day is
 * listed, all of it and nothing else.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ReconciliationWorkers } from '../../apps/payment/src/handlers/reconciliation.workers.js';
import {
  findComparison,
  storeComparisons,
  type StoredComparison,
} from '../../apps/payment/src/persistence/reconciliation-rows.js';
import { metricsRegistry } from '#platform';
import { waitFor } from '#testing';
import { deathAt, silent } from './participant-harness.js';
import {
  PaymentWorld,
  another,
  newCharge,
  newSlowCharge,
  type PaymentReplica,
} from './payment-world.js';

jest.setTimeout(240_000);

const today = (): string => new Date().toISOString().slice(0, 10);

describe('a day held against the provider’s books', () => {
  let world: PaymentWorld;
  let payment: PaymentReplica;
  let comparing: ReconciliationWorkers;
  /** Of the provider's clock. */
  let aheadMs = 0;
  /** What the worker compares of its own accord. */
  let dayBefore: string;
  beforeAll(async () => {
    world = await PaymentWorld.start({ now: () => Date.now() + aheadMs });
    payment = await world.replica({ timeoutMs: 5_000 });
    const { database, outbox } = payment.replica;
    const { provider, chargebacks } = payment;
    comparing = new ReconciliationWorkers({
      ...{ database, outbox, provider, chargebacks, log: silent, everyMs: 3_600_000 },
    });
    dayBefore = new Date(Date.now() - 25 * 3_600_000).toISOString().slice(0, 10);
    comparing.start();
  }, 240_000);
  afterAll(async () => {
    await comparing.stop();
    await world.stop();
  });

  const paid = async (): Promise<string> => {
    const { orderId, charge } = newCharge();
    await payment.deliver(charge);
    await payment.final(charge);
    return orderId;
  };
  const compared = async (day = today()): Promise<StoredComparison> => {
    const before = (await findComparison(payment.replica.database, day))?.comparedAt.getTime();
    await comparing.compare(day);
    return waitFor(
      async () => {
        const found = await findComparison(payment.replica.database, day);
        return found && found.comparedAt.getTime() !== before ? found : undefined;
      },
      { what: `${day} to be compared`, intervalMs: 10 },
    );
  };
  const set = (orderId: string, what: string) =>
    payment.replica.database.query(`update payment set ${what} where order_id = $1`, [orderId]);
  const form = async (path: string, fields: Record<string, string>) => {
    const answer = await fetch(`${world.sandbox.url}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test' },
      body: new URLSearchParams(fields),
    });
    return (await answer.json()) as { id: string };
  };

  /** Made by somebody else, with our account. */
  const intent = async (fields: Record<string, string>): Promise<string> => {
    const card = { currency: 'jpy', 'payment_method_types[]': 'card' };
    return (await form('/v1/payment_intents', { ...card, ...fields })).id;
  };
  const charged = async (fields: Record<string, string>): Promise<string> => {
    const id = await intent(fields);
    await form(`/v1/payment_intents/${id}/confirm`, { payment_method: 'tok_ok' });
    return id;
  };

  it('is told by every replica, also by one that compared nothing', async () => {
    const { database, outbox } = payment.replica;
    const { provider, chargebacks } = payment;
    const told = async () =>
      (await metricsRegistry.getSingleMetric('payment_reconciliation_differences')?.get())?.values;
    await comparing.stop();
    const day = today();
    await storeComparisons(database, [
      {
        ...{ day, ours: 1, theirs: 0, underWay: 0 },
        differences: [{ kind: 'not-theirs', orderId: randomUUID(), ours: 1 }],
      },
    ]);
    comparing = new ReconciliationWorkers({
      ...{ database, outbox, provider, chargebacks, log: silent, everyMs: 3_600_000 },
    });
    comparing.start();
    await waitFor(async () => (await told())?.[0]?.value === 1, { what: 'the figure' });
    await compared(day);
  });

  it('lists nothing when all is as it should be', async () => {
    await Promise.all([paid(), paid(), paid()]);
    const declined = newCharge('tok_declined');
    await payment.deliver(declined.charge);
    await payment.final(declined.charge);
    const undone = newCharge();
    await payment.deliver(undone.charge);
    await payment.final(undone.charge);
    await payment.deliver(undone.refund);
    await payment.final(undone.refund);
    const slow = newSlowCharge('bank_transfer');
    await payment.deliver(slow.charge);
    await waitFor(async () => (await payment.payment(slow.orderId))?.instructions, {
      what: 'instructions',
    });
    expect(await compared()).toMatchObject({ ours: 6, theirs: 6, differences: [] });
  });

  it('looks for a payment of just before midnight in the next day, and compares no other there', async () => {
    const midnightMs = Date.parse(`${today()}T24:00:00Z`);
    aheadMs = midnightMs + 600_000 - Date.now();
    const orderId = await paid();
    const nameless = await charged({ amount: '900' });
    aheadMs = 0;
    const { ours, theirs, differences } = await compared();
    expect(ours).toBe(theirs + 1);
    expect(differences.filter((one) => one.orderId === orderId)).toEqual([]);
    expect(differences.filter(({ intentId }) => intentId === nameless)).toEqual([]);
  });

  it('misses no intent of a card that was given on a later day', async () => {
    const { orderId, charge } = newCharge('tok_declined');
    await payment.deliver(charge);
    await payment.final(charge);
    const second = another(charge, 'tok_ok');
    aheadMs = 2 * 86_400_000;
    await payment.deliver(second);
    await payment.final(second);
    aheadMs = 0;
    const { differences } = await compared();
    expect(differences.filter((one) => one.orderId === orderId)).toEqual([]);
  });

  it('lists all that differs, by kind, and leaves out what somebody works on', async () => {
    const [captured, refunded, gone, other, underWay] = await Promise.all([
      ...[paid(), paid(), paid(), paid(), paid()],
    ]);
    await set(captured ?? '', 'captured = captured - 200');
    // somebody gave money back by hand, at the provider
    const intentOf = async (orderId = '') => (await payment.payment(orderId))?.intentId ?? '';
    await form('/v1/refunds', { payment_intent: await intentOf(refunded), amount: '300' });
    await set(gone ?? '', `intent_id = 'pi_gone'`);
    await charged({ amount: '700' });
    const forgotten = await intent({ amount: '800' });
    await charged({ amount: '1200', 'metadata[order_id]': other ?? '' });
    await set(underWay ?? '', `captured = 0, status = 'intended'`);

    const { differences, underWay: left } = await compared();
    expect(left).toBe(1);
    expect(new Set(differences.map(({ kind, orderId }) => `${kind} ${orderId}`))).toEqual(
      new Set([
        `captured ${captured}`,
        `refunded ${refunded}`,
        // its money was taken with an intent that we do not know any more
        `other-intent ${gone}`,
        `not-theirs ${gone}`,
        `other-intent ${other}`,
        'not-ours undefined',
      ]),
    );
    expect(differences.filter(({ intentId }) => intentId === forgotten)).toEqual([]);
    expect(differences.find(({ kind }) => kind === 'captured')).toMatchObject({
      ...{ ours: 1000, theirs: 1200 },
    });
  });

  it('goes through all pages of both', async () => {
    await Promise.all(Array.from({ length: 130 }, paid));
    const before = await compared();
    expect(before.theirs).toBeGreaterThan(130);
    expect(before.ours).toBeGreaterThan(130);
    expect(before.differences.map(({ kind }) => kind).toSorted()).toEqual([
      ...['captured', 'not-ours', 'not-theirs', 'other-intent', 'other-intent', 'refunded'],
    ]);
  });

  it('waits for a provider that is away, and is compared when it is back', async () => {
    const mood = (mode: string) =>
      fetch(`${world.sandbox.url}/mood`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ mode }),
      });
    await mood('down');
    const day = '2026-01-31';
    await comparing.compare(day);
    await waitFor(
      async () => {
        const [row] = await payment.replica.database.query<{ error: string | null }>(
          `select last_error as error from effect_task where worker = 'reconciliation'`,
        );
        return row?.error;
      },
      { what: 'the first try to fail', intervalMs: 10 },
    );
    expect(await findComparison(payment.replica.database, day)).toBeUndefined();
    await mood('ok');
    await payment.replica.database.query(
      `update effect_task set due_at = now() where worker = 'reconciliation'`,
    );
    await waitFor(() => findComparison(payment.replica.database, day), { what: 'the comparison' });
    expect(await findComparison(payment.replica.database, day)).toMatchObject({ theirs: 0 });
  });

  it('is compared by the next one when a process ends before it has written what it found', async () => {
    const day = '2026-02-28';
    // It is compared anyway, and is not to be the one that dies.
    await waitFor(() => findComparison(payment.replica.database, dayBefore), { what: dayBefore });
    const death = deathAt('effect.reconciliation.executed');
    await comparing.compare(day);
    await death;
    expect(await findComparison(payment.replica.database, day)).toBeUndefined();
    await payment.expireLeases();
    await waitFor(() => findComparison(payment.replica.database, day), { what: 'the comparison' });
  });
});
