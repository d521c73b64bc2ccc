import { describe, expect, it } from '@jest/globals';
import type { Effect, WithdrawInput } from '#contracts';
import { checkDefinition } from '#saga';
import { givenSaga } from '#testing';
import { askingSteps, toldUntil } from './spec/told-until.js';
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

const requested = () => givenSaga(withdraw, { input });
type WithdrawTest = ReturnType<typeof requested>;

const answers = {
  'hold-balance': (test) => test.givenReply('hold-balance', 'settlement.balance-held', {}, held),
  'pay-out': (test) => test.givenReply('pay-out', 'withdrawal.payout-made', { payoutId: 'po-1' }),
  'draw-balance': (test) => test.givenReply('draw-balance', 'settlement.balance-drawn'),
  'complete-withdrawal': (test) =>
    test.givenReply('complete-withdrawal', 'withdrawal.withdrawal-completed'),
} satisfies Record<string, (test: WithdrawTest) => WithdrawTest>;

type Asking = keyof typeof answers;
const steps = Object.keys(answers) as Asking[];
const pastThePivot = steps.slice(steps.indexOf('pay-out') + 1);

/** The saga when it has just sent the command of a step. */
const at = toldUntil<WithdrawTest, Asking>(requested, answers);
const ordered = () => at('pay-out');
const underWay = () => ordered().givenPending('pay-out');
const completed = () => at();

const releasing = () =>
  underWay().givenReply('pay-out', 'withdrawal.payout-refused', { code: 'account_closed' });

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

  it('is tried here at each of its steps', () => {
    expect(steps).toEqual(askingSteps(withdraw));
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

  it('of a bank that has not even said pending is no no either', () => {
    ordered()
      .skipTime(3_600_000)
      .expectAttention('no-answer', 'pay-out')
      .expectResend('pay-out')
      .expectState('running');
  });

  it.each(pastThePivot)('of %s is asked into for as long as it takes', (step) => {
    const silent = at(step)
      .skipTime(3_600_000)
      .expectAttention('no-answer', step)
      .expectResend(step)
      .expectState('running');
    answers[step](silent).expectNoAttention().expectStep(step, 'done');
  });
});

describe('an answer', () => {
  it.each(steps.slice(0, -1))('that comes twice changes nothing: %s', (step) => {
    answers[step](at(step))
      .givenDuplicate()
      .expectNothingSent()
      .expectNote(`step '${step}' is done`)
      .expectLedger({ [`hold:${withdrawalId}`]: { taken: 5000, returned: 0 } })
      .expectState('running');
  });

  it('that comes twice changes nothing: the last one', () => {
    const twice = completed().givenDuplicate();
    twice.expectNothingSent().expectNote('late succeeded recorded').expectState('completed');
  });

  it('that comes twice changes nothing: that it is released', () => {
    const twice = releasing().givenUndone('hold-balance', {}, released).givenDuplicate();
    twice.expectNothingSent().expectNote('is over').expectState('compensating');
  });

  it('that comes twice changes nothing: that it is rejected', () => {
    const twice = releasing()
      .givenUndone('hold-balance', {}, released)
      .givenUndone('request-withdrawal')
      .givenDuplicate();
    twice.expectNothingSent().expectNote('is over').expectState('compensated');
  });

  it('of a hold that comes when all is undone has it released', () => {
    const undone = requested()
      .givenCancel()
      .givenUndone('hold-balance')
      .givenUndone('request-withdrawal')
      .expectState('compensated');
    answers['hold-balance'](undone)
      .expectState('compensating')
      .expectCompensation('hold-balance', { withdrawalId })
      .givenUndone('hold-balance', {}, released)
      .expectState('compensated');
  });

  it('of the bank that comes after its refusal changes nothing', () => {
    const late = answers['pay-out'](releasing().expectCompensation('hold-balance'));
    late
      .expectNothingSent()
      .expectNote("late succeeded recorded for 'pay-out'")
      .expectStep('pay-out', 'refused');
    rejected(late.givenUndone('hold-balance', {}, released), { code: 'withdrawal.payout-refused' });
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

describe('a compensation', () => {
  it('of the hold is asked for again and again, and a person is told', () => {
    const silent = releasing()
      .givenSilence()
      .expectResend('hold-balance')
      .givenSilence(58)
      .expectNoAttention()
      .givenSilence()
      .expectAttention('no-answer', 'hold-balance')
      .expectResend('hold-balance')
      .expectState('compensating')
      .givenUndone('hold-balance', {}, released)
      .expectNoAttention();
    rejected(silent, { code: 'withdrawal.payout-refused' });
  });

  it('of the request is asked for again and again, and a person is told', () => {
    releasing()
      .givenUndone('hold-balance', {}, released)
      .expectCompensation('request-withdrawal')
      .givenSilence()
      .expectResend('request-withdrawal')
      .givenSilence(4)
      .expectAttention('no-answer', 'request-withdrawal')
      .expectResend('request-withdrawal')
      .givenUndone('request-withdrawal')
      .expectNoAttention()
      .expectState('compensated');
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

  it.each(pastThePivot)('while %s is out is refused', (step) => {
    const cancelled = at(step)
      .givenCancel()
      .expectNothingSent()
      .expectNote('cancel refused: the pivot is done')
      .expectState('running');
    answers[step](cancelled).expectStep(step, 'done');
  });

  it('after the end is refused', () => {
    const test = completed().givenCancel().expectNothingSent();
    test.expectNote('the way back is another saga').expectState('completed');
  });

  it('of one that is being undone, or is, changes nothing', () => {
    const cancelled = releasing()
      .givenCancel()
      .expectNothingSent()
      .expectNote('already being undone')
      .givenUndone('hold-balance', {}, released);
    rejected(cancelled, { code: 'withdrawal.payout-refused' })
      .givenCancel()
      .expectNothingSent()
      .expectNote('already undone')
      .expectState('compensated');
  });
});
