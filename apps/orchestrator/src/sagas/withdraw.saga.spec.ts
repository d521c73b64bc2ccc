import { describe, expect, it } from '@jest/globals';
import type { Effect, WithdrawInput } from '#contracts';
import { checkDefinition } from '#saga';
import { givenSaga } from '#testing';
import { withdraw } from './withdraw.saga.js';

const DAY_MS = 86_400_000;
const withdrawalId = '019aa0c5-7d5c-7000-8000-000000000003';
const input: WithdrawInput = {
  ...{ withdrawalId, merchantId: 'm-1', currency: 'GBP', amount: 5000 },
  account: { currency: 'GBP', holder: 'The Tea Shop Ltd', number: '…5555', bank: 'BUKBGB22' },
};

/** What settlement says it has set aside, and given back. */
const hold = (returned: number, revision: number): Effect => ({
  ...{ id: `hold:${withdrawalId}`, kind: 'money', unit: 'GBP' },
  ...{ taken: 5000, returned, revision },
});
const held = { effects: [hold(0, 1)] };
const released = { effects: [hold(5000, 2)] };

/** The saga when it has just sent the command of a step. */
const requested = () => givenSaga(withdraw, { input });
const ordered = () => requested().givenReply('hold-balance', 'settlement.balance-held', {}, held);
const underWay = () => ordered().givenPending('pay-out');
const paid = () => underWay().givenReply('pay-out', 'withdrawal.payout-made', { payoutId: 'po-1' });
const drawn = () => paid().givenReply('draw-balance', 'settlement.balance-drawn');

type WithdrawTest = ReturnType<typeof requested>;

/** From the moment at which the rejection was sent: nothing is held, and nothing was paid. */
const rejected = (test: WithdrawTest, reason: { code: string }) =>
  test
    .expectCompensation('request-withdrawal', { withdrawalId, reason })
    .givenUndone('request-withdrawal')
    .expectState('compensated')
    .expectTimerIn(null);

describe('withdraw', () => {
  it('is sound', () => {
    expect(checkDefinition(withdraw)).toEqual([]);
  });

  it('goes from the hold over the bank to what is gone from the balance', () => {
    const amounts = { withdrawalId, merchantId: 'm-1', currency: 'GBP', amount: 5000 };
    requested()
      .expectCommand('hold-balance', amounts)
      .givenReply('hold-balance', 'settlement.balance-held', {}, held)
      .expectCommand('pay-out', { ...input })
      .givenPending('pay-out')
      .skipTime(4 * DAY_MS)
      .expectNothingSent()
      .givenReply('pay-out', 'withdrawal.payout-made', { payoutId: 'po-1' })
      .expectCommand('draw-balance', { withdrawalId })
      .givenReply('draw-balance', 'settlement.balance-drawn')
      .expectCommand('complete-withdrawal', { withdrawalId })
      .givenReply('complete-withdrawal', 'withdrawal.withdrawal-completed')
      .expectState('completed')
      .expectTimerIn(null);
  });
});

describe('a refusal', () => {
  it('of a balance that is too low rejects it, for that reason', () => {
    const refused = requested().givenReply(
      'hold-balance',
      'settlement.balance-insufficient',
      { available: 1 },
      { reason: { code: 'balance-insufficient', message: 'There are 1 GBP.' } },
    );
    rejected(refused, { code: 'balance-insufficient' })
      .expectStep('hold-balance', 'refused')
      .expectStep('pay-out', 'skipped')
      .expectLedger({});
  });

  it('by a limit rejects it, for that reason', () => {
    const refused = requested().givenReply('hold-balance', 'settlement.limit-exceeded', {
      ...{ limit: 'daily', allowed: 100 },
    });
    rejected(refused, { code: 'settlement.limit-exceeded' }).expectLedger({});
  });

  it('of the bank releases what is held, and rejects it for the reason of the bank', () => {
    const reason = { code: 'account_closed', message: 'The bank does not pay to this account.' };
    const refused = underWay()
      .givenReply('pay-out', 'withdrawal.payout-refused', { code: 'account_closed' }, { reason })
      .expectCompensation('hold-balance', { withdrawalId, reason })
      .givenUndone('hold-balance', {}, released);
    rejected(refused, reason)
      .expectStep('pay-out', 'refused')
      .expectLedger({ [`hold:${withdrawalId}`]: { taken: 5000, returned: 5000 } });
  });

  it('is not over while something is held, and asks for a person', () => {
    ordered()
      .givenReply('pay-out', 'withdrawal.payout-refused', { code: 'account_closed' })
      .givenUndone('hold-balance', {}, { effects: [hold(0, 1)] })
      .givenUndone('hold-balance')
      .givenUndone('hold-balance')
      .expectState('compensating')
      .expectAttention('ledger-open', 'hold-balance');
  });
});

describe('silence', () => {
  it('of the balance is asked into for an hour, and then it is released and rejected', () => {
    const silent = requested()
      .givenSilence(59)
      .expectResend('hold-balance')
      .givenSilence()
      .expectCause('no-answer')
      .expectCompensation('hold-balance', { withdrawalId })
      .givenUndone('hold-balance');
    rejected(silent, { code: 'no-answer' }).expectLedger({});
  });

  it('of the bank is never taken for a no, and asks for a person after some days', () => {
    underWay()
      .skipTime(5 * DAY_MS)
      .expectAttention('pending-too-long', 'pay-out')
      .expectState('running')
      .givenReply('pay-out', 'withdrawal.payout-made', { payoutId: 'po-1' })
      .expectNoAttention()
      .expectCommand('draw-balance', { withdrawalId });
  });

  it('after the bank has paid is asked into for as long as it takes', () => {
    paid()
      .skipTime(3_600_000)
      .expectAttention('no-answer', 'draw-balance')
      .expectResend('draw-balance')
      .expectState('running')
      .givenReply('draw-balance', 'settlement.balance-drawn')
      .expectNoAttention();
  });
});

describe('an answer', () => {
  it('that comes twice changes nothing', () => {
    paid().givenDuplicate().expectNothingSent().expectStep('draw-balance', 'sent');
  });

  it('of a hold that comes when it is given up has it released', () => {
    const late = requested()
      .givenCancel()
      .expectCompensation('hold-balance', { withdrawalId })
      .givenReply('hold-balance', 'settlement.balance-held', {}, held)
      .expectNothingSent()
      .givenUndone('hold-balance', {}, released);
    rejected(late, { code: 'customer' });
  });
});

describe('a cancel', () => {
  it('before the start is kept for it', () => {
    const started = givenSaga(withdraw)
      .givenCancel()
      .expectState('awaiting-start')
      .givenStart(input);
    rejected(started, { code: 'customer' });
  });

  it('before the bank is asked releases what may be held', () => {
    const cancelled = requested()
      .givenCancel()
      .expectCompensation('hold-balance', { withdrawalId })
      .givenUndone('hold-balance');
    rejected(cancelled, { code: 'customer' }).expectLedger({});
  });

  it('while the bank is at it waits: too late when it has paid', () => {
    underWay()
      .givenCancel()
      .expectNothingSent()
      .givenReply('pay-out', 'withdrawal.payout-made', { payoutId: 'po-1' })
      .expectNote('cancel refused: the pivot is done')
      .expectCommand('draw-balance', { withdrawalId });
  });

  it('while the bank is at it waits: heard when it refuses', () => {
    underWay()
      .givenCancel()
      .givenReply('pay-out', 'withdrawal.payout-refused', { code: 'account_closed' })
      .expectCompensation('hold-balance', { withdrawalId });
  });

  it('is refused after that', () => {
    for (const test of [paid(), drawn()]) {
      test.givenCancel().expectNothingSent().expectNote('cancel refused: the pivot is done');
    }
  });
});
