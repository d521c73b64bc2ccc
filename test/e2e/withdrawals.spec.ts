/**
 * Promises attacked here: whatever the bank does and whoever dies, a merchant never draws more than
 * there was; what the bank has paid, what the withdrawals say and what is gone from the balance are
 * the same.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ACCOUNTS } from '../../apps/sandbox-bank/src/domain/payout.js';
import { TestWorld, waitFor } from '#testing';
import { call } from '../support/http.js';
import { Shop } from '../support/shop.js';
import { Till, sumOf, type WithdrawalView } from '../support/till.js';
import { stepStates } from '../support/views.js';

jest.setTimeout(400_000);

const WITHIN = { timeoutMs: 150_000, intervalMs: 50 };

describe('merchants who draw their money', () => {
  let world: TestWorld;
  let till: Till;
  let shop: Shop;
  beforeAll(async () => {
    world = await TestWorld.start({
      apps: ['orchestrator', 'settlement', 'withdrawal', 'merchant', 'sandbox-bank'],
      env: {
        // No batch of its own accord at midnight: what is due is waited for, and then settled.
        settlement: { HOLDING_PERIOD_MS: '0', SETTLE_EVERY_MS: '0' },
        withdrawal: {
          ...{ OUTBOUND_TIMEOUT_MS: '500', OUTBOUND_HALF_OPEN_MS: '300' },
          ...{ OUTBOUND_BACKOFF_MS: '100', OUTBOUND_BACKOFF_MAX_MS: '500' },
          ...{ PAYOUT_POLL_MS: '100', PAYOUT_POLL_MAX_MS: '500' },
        },
        'sandbox-bank': { SLOW_PAYOUT_MS: '1500' },
      },
    });
    till = new Till(world);
    shop = new Shop(world);
  }, 240_000);
  beforeEach(() => till.mood('ok'));
  afterAll(async () => {
    await till?.stop();
    await world?.stop();
  }, 240_000);

  /** Everybody says the same of a merchant's money, and all of it is somewhere. */
  const expectEven = async (merchantId: string, settled: number): Promise<void> => {
    const all = await till.reckoning(merchantId);
    expect(all).toMatchObject({ twice: 0, held: 0, numbersTold: all.numbers });
    expect(all.completed).toBe(all.atTheBank);
    expect(all.drawn).toBe(all.atTheBank);
    expect(all.available + all.drawn).toBe(settled);
  };
  const completedOf = (withdrawals: readonly WithdrawalView[]) =>
    withdrawals.filter(({ status }) => status === 'completed');

  it('are paid from what was settled, and operators see how', async () => {
    const merchantId = await till.merchant(10_000);
    const withdrawalId = await till.draw(merchantId, 4_000);
    const completed = await till.untilStatus(withdrawalId, 'completed');
    expect(completed).toMatchObject({
      amount: 4_000,
      payout: 'paid',
      account: { number: '…5555' },
    });
    expect(await till.balance(merchantId)).toMatchObject({ available: 6_000, drawn: 4_000 });
    await expectEven(merchantId, 10_000);

    const saga = await shop.untilSaga(withdrawalId, 'completed');
    expect(stepStates(saga)).toEqual({
      ...{ 'request-withdrawal': 'done', 'hold-balance': 'done', 'pay-out': 'done' },
      ...{ 'draw-balance': 'done', 'complete-withdrawal': 'done' },
    });
    expect(saga.ledger).toMatchObject([{ taken: 4_000, returned: 0 }]);
    expect(saga.data).toMatchObject({ withdrawalId, merchantId, account: { number: '…5555' } });
    const listed = await shop.sagas({ definition: 'withdraw', state: 'completed' });
    expect(listed).toMatchObject([{ sagaId: saga.sagaId, orderId: withdrawalId }]);
    expect((await shop.history(saga.sagaId)).map(({ kind }) => kind)).toContain('start');

    const read = await till.topics.readAll(['withdrawal.events', 'saga.inbox']);
    const facts = read.filter(({ topic }) => topic === 'withdrawal.events');
    expect(facts.map(({ headers }) => headers['ce_type'])).toEqual([
      'com.example.withdrawal.requested',
      'com.example.withdrawal.paid',
      'com.example.withdrawal.completed',
    ]);
    expect(JSON.stringify(read)).not.toContain('GB33BUKB20201555555555');
  });

  it('never draw more than there is, however many ask at once', async () => {
    const merchantId = await till.merchant(100_000);
    const amounts = Array.from({ length: 200 }, (_, n) => 600 + ((n * 37) % 800));
    expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBeGreaterThan(190_000);
    await till.draw(merchantId, 1);
    const answers = await Promise.all(amounts.map((amount) => till.post(merchantId, amount)));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    const ended = await till.untilEnded(merchantId);
    expect(ended).toHaveLength(201);
    await expectEven(merchantId, 100_000);
    const { available } = await till.reckoning(merchantId);
    for (const { status, amount, reason } of ended) {
      if (status === 'completed') continue;
      // The bank gave nothing back, so there never was more than there is now.
      expect(amount).toBeGreaterThan(available);
      expect(reason).toMatchObject({ code: 'insufficient-balance' });
    }
    expect(sumOf(completedOf(ended))).toBeGreaterThan(98_000);
  });

  it('have their money back when the bank will not pay', async () => {
    const merchantId = await till.merchant(5_000, ACCOUNTS.closed);
    const withdrawalId = await till.draw(merchantId, 4_000);
    const rejected = await till.untilStatus(withdrawalId, 'rejected');
    expect(rejected).toMatchObject({ payout: 'refused', reason: { code: 'account_closed' } });
    await expectEven(merchantId, 5_000);
    const saga = await shop.untilSaga(withdrawalId, 'compensated');
    expect(saga.ledger).toMatchObject([{ taken: 4_000, returned: 4_000 }]);
    expect(saga.cause).toMatchObject({ code: 'account_closed' });
  });

  it('wait for a bank that takes its time, and get what it decides', async () => {
    const [slow, slowlyClosed] = await Promise.all([
      till.merchant(5_000, ACCOUNTS.slow),
      till.merchant(5_000, ACCOUNTS.slowlyClosed),
    ]);
    const [one, two] = [await till.draw(slow, 5_000), await till.draw(slowlyClosed, 5_000)];
    await shop.untilSagaIs(one, 'waiting for the bank', (saga) => {
      const state = stepStates(saga)['pay-out'];
      return state === 'pending' || state === 'done';
    });
    await till.untilStatus(one, 'completed');
    await till.untilStatus(two, 'rejected');
    await expectEven(slow, 5_000);
    await expectEven(slowlyClosed, 5_000);
  });

  it('are paid once by a bank that is slow, mute, late, down or refuses, one after the other', async () => {
    const merchantId = await till.merchant(60_000);
    await till.draw(merchantId, 1_000);
    for (const [mode, delayMs] of [
      ['slow', 700],
      ['mute', undefined],
      ['late', 700],
      ['refuse', undefined],
      ['down', undefined],
    ] as const) {
      await till.mood(mode, delayMs);
      const asked = Array.from({ length: 10 }, () => till.post(merchantId, 1_000));
      const ids = (await Promise.all(asked)).map(({ body }) => body.withdrawalId);
      const isTried = async () => {
        const tried = await Promise.all(ids.map((id) => till.withdrawal(id)));
        return tried.every(({ payout }) => payout !== 'none');
      };
      await waitFor(isTried, { what: `ten to be tried at a bank that is ${mode}`, ...WITHIN });
    }
    await till.mood('ok');
    const ended = await till.untilEnded(merchantId);
    await expectEven(merchantId, 60_000);
    // Those that came to it while it refused; who waited behind the breaker may be among them.
    const rejected = ended.filter(({ status }) => status === 'rejected');
    for (const { reason } of rejected) expect(reason).toMatchObject({ code: 'payouts_suspended' });
    const refused = (await till.payouts(ended)).filter(({ status }) => status === 'refused');
    expect(refused).toHaveLength(rejected.length);
    expect(completedOf(ended)).toHaveLength(51 - rejected.length);
  });

  it('are paid once though the service dies in the midst, and between paying and writing it', async () => {
    const merchantId = await till.merchant(1_000_000);
    await till.draw(merchantId, 500);
    await world.app('withdrawal').stop();
    const point = 'effect.payout.executed';
    const [victim, other] = await Promise.all([
      world.startApp('withdrawal', { env: { CRASH_AT: `${point}#3` } }),
      world.startApp('withdrawal', { replica: 'other' }),
    ]);
    // Slow enough that the other one is in the midst of it as well.
    await till.mood('slow', 100);
    const ask = (count: number) =>
      Promise.allSettled(Array.from({ length: count }, () => till.post(merchantId, 500)));
    const isDead = async () => {
      // For as long as it takes until some of them are its own to pay.
      if (!victim.ended) await ask(10);
      return victim.ended;
    };
    const pace = { ...WITHIN, intervalMs: 500 };
    const { signal } = await waitFor(isDead, { what: 'the death', ...pace });
    expect(signal).toBe('SIGKILL');
    other.kill('SIGKILL');
    await other.exited;
    await till.mood('ok');
    await Promise.all([
      world.startApp('withdrawal'),
      world.startApp('withdrawal', { replica: 'two' }),
    ]);
    await ask(40);
    const ended = await till.untilEnded(merchantId);
    await expectEven(merchantId, 1_000_000);
    expect(sumOf(completedOf(ended))).toBe(Math.min(1_000_000, ended.length * 500));
  });

  it('may change their mind until the bank is told', async () => {
    const merchantId = await till.merchant(5_000);
    await till.draw(merchantId, 1_000);
    await till.untilEnded(merchantId);
    await world.app('settlement').stop();
    const { body } = await till.post(merchantId, 4_000);
    const url = `${world.url('withdrawal')}/withdrawals/${body.withdrawalId}/cancel`;
    expect((await call(url, { json: { reason: 'not now' } })).status).toBe(202);
    await shop.untilSaga(body.withdrawalId, 'compensating');
    await world.startApp('settlement');
    const rejected = await till.untilStatus(body.withdrawalId, 'rejected');
    expect(rejected).toMatchObject({
      ...{ payout: 'none', reason: { code: 'cancelled-by-merchant', message: 'not now' } },
    });
    await expectEven(merchantId, 5_000);
    const again = await call(url, { json: {} });
    expect(again).toMatchObject({ status: 202, body: { status: 'rejected' } });
  });
});
