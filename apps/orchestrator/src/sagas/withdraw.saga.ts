import {
  completeWithdrawal,
  drawBalance,
  holdBalance,
  payOut,
  rejectWithdrawal,
  releaseBalance,
  withdrawInput,
} from '#contracts';
import { compensate, saga } from '#saga';
import { withdrawExamples } from './examples.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Sendings of a command before silence counts: about an hour. */
const PATIENT = 60;

/**
 * A merchant draws settled money. It is set aside before the bank is asked, so that it can be drawn
 * once only; until the bank is asked the merchant may change its mind, and what the bank refuses to
 * pay goes back into the balance.
 */
export const withdraw = saga({ name: 'withdraw', version: 1, input: withdrawInput })
  .attributes(({ input }) => ({ merchant: input.merchantId }))
  .amount(({ input }) => ({ value: input.amount, currency: input.currency }))
  .examples(...withdrawExamples)
  .local('request-withdrawal', {
    compensation: {
      command: rejectWithdrawal,
      payload: ({ input, cause }) => ({ withdrawalId: input.withdrawalId, reason: cause }),
    },
  })
  .compensable('hold-balance', {
    command: holdBalance,
    payload: ({ input: { withdrawalId, merchantId, currency, amount } }) => ({
      ...{ withdrawalId, merchantId, currency, amount },
    }),
    // nothing is lost by waiting: no withdrawal is given up because a service begins anew
    attempts: PATIENT,
    on: {
      'settlement.balance-insufficient': compensate,
      'settlement.limit-exceeded': compensate,
    },
    compensation: {
      command: releaseBalance,
      payload: ({ input, cause }) => ({ withdrawalId: input.withdrawalId, reason: cause }),
    },
  })
  .pivot('pay-out', {
    command: payOut,
    payload: ({ input }) => input,
    // banks rest at weekends and on holidays
    pendingMs: 5 * DAY_MS,
    on: { 'withdrawal.payout-refused': compensate },
  })
  .retriable('draw-balance', {
    command: drawBalance,
    payload: ({ input }) => ({ withdrawalId: input.withdrawalId }),
  })
  .retriable('complete-withdrawal', {
    command: completeWithdrawal,
    payload: ({ input }) => ({ withdrawalId: input.withdrawalId }),
  })
  .build();
