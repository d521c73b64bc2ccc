/**
 * Promise attacked here: whichever adapter asks, all disputes are read that have moved money, whole
 * and in their order, with what they are about.
 */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  ProviderRejection,
  type BookedDispute,
} from '../../apps/payment/src/provider/payment-provider.js';
import { ADAPTERS, ProviderContract, byCard, errorOf, orderOf } from './provider-contract.js';

describe.each(ADAPTERS)('the payment provider %s', (_name, adapterOver) => {
  const of = new ProviderContract(adapterOver);

  const disputed = async (intentId: string, body: object = {}): Promise<string> => {
    const answer = await fetch(`${of.sandbox.url}/sandbox/intents/${intentId}/dispute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return ((await answer.json()) as { id: string }).id;
  };
  const allIn = async (from: Date, to: Date): Promise<BookedDispute[]> => {
    const all: BookedDispute[] = [];
    let cursor: string | undefined;
    do {
      const page = await of.provider.listDisputes({ from, to }, cursor);
      expect(page.disputes.length).toBeLessThanOrEqual(100);
      all.push(...page.disputes);
      cursor = page.next;
    } while (cursor !== undefined);
    return all;
  };

  it('has none of an intent that nobody disputes, and rejects one that it does not know', async () => {
    expect(await of.provider.disputesOf(await of.captured())).toEqual([]);
    const error = await errorOf(of.provider.disputesOf('pi_unknown'));
    expect(error).toBeInstanceOf(ProviderRejection);
    expect(error).toMatchObject({ code: 'resource_missing' });
  });

  it('says of each dispute how it stands, and which order it is about', async () => {
    const order = orderOf();
    const intentId = await of.opened(order);
    await of.provider.confirmIntent(intentId, byCard('tok_ok'));
    const open = await disputed(intentId, { amount: 300 });
    const won = await disputed(intentId, { amount: 200, reason: 'duplicate' });
    const lost = await disputed(intentId);
    await of.control(`disputes/${won}/win`);
    await of.control(`disputes/${lost}/lose`);
    const about = { intentId, orderId: order.orderId, currency: 'JPY' };
    expect(await of.provider.disputesOf(intentId)).toEqual([
      { disputeId: open, amount: 300, reason: 'fraudulent', status: 'open', ...about },
      { disputeId: won, amount: 200, reason: 'duplicate', status: 'won', ...about },
      { disputeId: lost, amount: 700, reason: 'fraudulent', status: 'lost', ...about },
    ]);
  });

  it('has all of them page by page, of one intent and of a span of time', async () => {
    of.nowMs += 60_000;
    const from = new Date(of.nowMs);
    const [one, other] = [await of.captured(), await of.captured()];
    const ids: string[] = [];
    for (let no = 0; no < 105; no += 1) {
      ids.push(await disputed(one, { amount: 1 }));
      of.nowMs += 50;
    }
    const last = await disputed(other, { amount: 1 });
    const ofOne = await of.provider.disputesOf(one);
    expect(ofOne.map(({ disputeId }) => disputeId)).toEqual(ids);
    const to = new Date(of.nowMs + 1_000);
    const all = [...ids, last].toReversed();
    expect((await allIn(from, to)).map(({ disputeId }) => disputeId)).toEqual(all);
    const between = new Date(from.getTime() + 2_500);
    const halves = [...(await allIn(between, to)), ...(await allIn(from, between))];
    expect(halves.map(({ disputeId }) => disputeId)).toEqual(all);
    expect(await allIn(to, new Date(to.getTime() + 60_000))).toEqual([]);
  });

  it('will not refund what is in dispute', async () => {
    const intentId = await of.captured();
    await disputed(intentId);
    const error = await errorOf(of.provider.refund({ orderId: randomUUID(), intentId }));
    expect(error).toMatchObject({ name: 'ProviderRejection', code: 'charge_disputed' });
  });
});
