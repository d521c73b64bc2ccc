/**
 * Promises attacked here: a withdrawal is paid once, whatever becomes of the bank's answers; it is
 * refused only when the bank will never pay, and has not; nothing is rejected that may be paid.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ACCOUNTS } from '../../apps/sandbox-bank/src/domain/payout.js';
import { waitFor } from '#testing';
import { WithdrawalWorld, account, commandsOf } from './withdrawal-world.js';

jest.setTimeout(240_000);

const NEVER_MS = 3_600_000;

describe('a payout', () => {
  let world: WithdrawalWorld;
  beforeAll(async () => {
    world = await WithdrawalWorld.start({ slowPayoutMs: NEVER_MS });
  }, 240_000);
  afterEach(() => world.stopReplicas());
  afterAll(() => world.stop());

  it('is made at the account that was asked for, told once, and then completed', async () => {
    const one = await world.replica();
    const id = await one.requested(1234);
    const { pay, complete } = commandsOf(id, 1234);
    await one.deliver(pay);
    const [booked] = await waitFor(
      async () => {
        const books = await world.books(id);
        return books.length > 0 ? books : undefined;
      },
      { what: 'the payout' },
    );
    expect(booked).toMatchObject({ amount: 1234, currency: 'GBP', status: 'paid' });
    expect(await one.final(pay)).toMatchObject({ result: { payoutId: booked?.payoutId } });
    const whole = await fetch(`${world.sandbox.url}/v1/payouts/${booked?.payoutId}`, {
      headers: { authorization: 'Bearer key' },
    });
    const { holder, number, bank } = account;
    expect(await whole.json()).toMatchObject({ account: { holder, number, bank } });
    await one.deliver(complete, complete);
    expect(one.outcomes(complete)).toEqual(['succeeded']);
    expect(await one.withdrawal(id)).toMatchObject({ status: 'completed', payout: 'paid' });
    expect(one.facts(id)).toEqual([
      ['withdrawal.requested', 1],
      ['withdrawal.paid', 3],
      ['withdrawal.completed', 4],
    ]);
  });

  it('is one, however often and by whomever it is asked for', async () => {
    const replicas = [await world.replica(), await world.replica()] as const;
    const [one, two] = replicas;
    const id = await one.requested();
    const { pay } = commandsOf(id);
    const again = { ...pay, id: `${pay.id}:again` };
    await Promise.all([one.deliver(pay, again), two.deliver(pay), two.deliver(again)]);
    await waitFor(() => replicas.some((r) => r.outcomes(again).includes('succeeded')), {
      what: 'the answer',
    });
    expect(await world.books(id)).toHaveLength(1);
    expect(replicas.flatMap((r) => r.facts(id)).filter(([n]) => n === 'withdrawal.paid')).toEqual([
      ['withdrawal.paid', 3],
    ]);
  });

  it('that the bank refuses is refused with its reason, and can be rejected', async () => {
    const one = await world.replica();
    const id = await one.requested(5000, ACCOUNTS.closed);
    const { pay, reject } = commandsOf(id);
    await one.deliver(pay);
    expect(await one.final(pay)).toMatchObject({
      outcome: 'refused',
      result: { code: 'account_closed' },
      reason: { code: 'account_closed' },
    });
    await one.deliver(reject);
    expect(one.outcomes(reject)).toEqual(['succeeded']);
    expect(one.facts(id)).toEqual([
      ['withdrawal.requested', 1],
      ['withdrawal.rejected', 4],
    ]);
    const late = { ...pay, id: `${pay.id}:late` };
    await one.deliver(late);
    expect(one.outcomes(late)).toEqual(['refused']);
    expect(await world.books(id)).toMatchObject([{ status: 'refused' }]);
  });

  it.each([
    ['pay', 'succeeded', 'paid'],
    ['refuse', 'refused', 'refused'],
  ] as const)('that takes its time is pending until they %s it', async (what, outcome, payout) => {
    const one = await world.replica();
    const id = await one.requested(5000, ACCOUNTS.slow);
    const { pay } = commandsOf(id);
    await one.deliver(pay);
    await one.untilOutcome(pay, 'pending');
    expect(await one.withdrawal(id)).toMatchObject({
      status: 'requested',
      payout: 'pending',
      payoutId: expect.stringMatching(/^po_/),
    });
    await world.decide(id, what);
    await one.final(pay);
    expect(one.outcomes(pay).at(-1)).toBe(outcome);
    expect(await one.withdrawal(id)).toMatchObject({ payout });
    expect(await world.books(id)).toHaveLength(1);
  });

  it('that is pending is followed by another process, when the first is gone', async () => {
    const one = await world.replica();
    const id = await one.requested(5000, ACCOUNTS.slow);
    const { pay } = commandsOf(id);
    await one.deliver(pay);
    await one.untilOutcome(pay, 'pending');
    await one.stop();
    const two = await world.replica();
    await world.decide(id, 'pay');
    expect(await two.final(pay)).toMatchObject({ outcome: 'succeeded' });
  });

  it.each(['mute', 'late'] as const)(
    'is made once when the bank is %s, and looked up',
    async (mode) => {
      const one = await world.replica({ timeoutMs: 300 });
      world.sandbox.mood.set({ mode, delayMs: 600 });
      const id = await one.requested();
      const { pay } = commandsOf(id);
      await one.deliver(pay);
      expect(await one.final(pay)).toMatchObject({ outcome: 'succeeded' });
      expect(await world.books(id)).toMatchObject([{ status: 'paid' }]);
    },
  );

  it('is made once when the bank is slow past the time limit', async () => {
    const one = await world.replica({ timeoutMs: 200 });
    world.sandbox.mood.set({ mode: 'slow', delayMs: 500 });
    const id = await one.requested();
    const { pay } = commandsOf(id);
    await one.deliver(pay);
    await one.untilOutcome(pay, 'pending');
    expect(one.replies(pay)).toMatchObject([{ reason: { code: 'bank-unavailable' } }]);
    await waitFor(async () => (await world.books(id)).length > 0, { what: 'the payout' });
    world.sandbox.mood.set({ mode: 'ok' });
    expect(await one.final(pay)).toMatchObject({ outcome: 'succeeded' });
    expect(await world.books(id)).toHaveLength(1);
  });

  it('waits while the bank is down, and is made when it is back', async () => {
    world.sandbox.mood.set({ mode: 'down' });
    const one = await world.replica();
    const ids = await Promise.all(Array.from({ length: 20 }, () => one.requested()));
    const pays = ids.map((id) => commandsOf(id).pay);
    await one.deliver(...pays);
    await Promise.all(pays.map((pay) => one.untilOutcome(pay, 'pending')));
    world.sandbox.mood.set({ mode: 'ok' });
    for (const pay of pays) expect(await one.final(pay)).toMatchObject({ outcome: 'succeeded' });
    for (const id of ids) expect(await world.books(id)).toHaveLength(1);
  });

  it('that the bank does not understand calls a person, and goes on when it does', async () => {
    const lost = await world.replica({ path: '/somewhere-else' });
    const id = await lost.requested();
    const { pay, reject } = commandsOf(id);
    await lost.deliver(pay);
    await lost.untilOutcome(pay, 'parked');
    expect(lost.replies(pay).at(-1)).toMatchObject({
      ...{ outcome: 'parked', reason: { code: 'bank-rejected' } },
    });
    expect(await lost.withdrawal(id)).toMatchObject({ payout: 'ordered', status: 'requested' });
    // Nobody knows that it will not be paid.
    await lost.deliver(reject);
    expect(lost.outcomes(reject)).toEqual(['parked']);
    await lost.stop();
    const found = await world.replica();
    expect(await found.final(pay)).toMatchObject({ outcome: 'succeeded' });
    expect(await found.withdrawal(id)).toMatchObject({ status: 'paid', problemCode: null });
  });

  it('that another took the reference for is not taken for ours', async () => {
    const one = await world.replica();
    const id = await one.requested(5000);
    await fetch(`${world.sandbox.url}/v1/payouts`, {
      method: 'POST',
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ reference: id, amount: 1, currency: 'GBP' },
        account: { holder: 'Somebody', number: '12345678' },
      }),
    });
    const { pay } = commandsOf(id);
    await one.deliver(pay);
    await one.untilOutcome(pay, 'parked');
    expect(await one.withdrawal(id)).toMatchObject({
      status: 'requested',
      problemCode: 'another_payout',
    });
  });

  it('of nothing is parked; a rejection of nothing changes nothing', async () => {
    const one = await world.replica();
    const { pay, reject, complete } = commandsOf('019aa0c5-7d5c-7000-8000-00000000dead');
    await one.deliver(pay, complete, reject);
    expect(one.outcomes(pay)).toEqual(['parked']);
    expect(one.outcomes(complete)).toEqual(['parked']);
    expect(one.outcomes(reject)).toEqual(['succeeded']);
  });

  it('is not made of what was rejected before the bank was asked', async () => {
    const one = await world.replica();
    const id = await one.requested();
    const { pay, reject } = commandsOf(id);
    await one.deliver(reject);
    await one.deliver(pay);
    expect(one.replies(pay)).toMatchObject([
      { outcome: 'refused', result: { code: 'withdrawal-rejected' } },
    ]);
    expect(await world.books(id)).toEqual([]);
  });
});
