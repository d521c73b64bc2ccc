/** The withdrawal service: settled money on its way to a merchant's bank account. */
import { z } from 'zod';
import { defineCommand, defineEvent, refusal, success } from './contract.js';
import { payoutAccount } from './merchant.js';
import { currency, minorUnits, reason, withdrawalId } from './values.js';

const topic = 'withdrawal.commands';
const merchantId = z.string().min(1).max(64);

/**
 * Input of the saga `withdraw`. `account`: as it was when the merchant asked, of its number the end
 * alone. The whole number stays with the withdrawal service, which is the one that needs it: what is
 * in a saga is kept for good, and shown to operators.
 */
export const withdrawInput = z.object({
  withdrawalId,
  merchantId,
  currency,
  amount: minorUnits.min(1),
  account: payoutAccount.extend({ number: z.string().min(1).max(34) }),
});
export type WithdrawInput = z.infer<typeof withdrawInput>;

/**
 * Has the bank pay. Pending while the bank takes its time; refused only when the bank will never pay,
 * and has not.
 */
export const payOut = defineCommand({
  name: 'withdrawal.pay-out',
  version: 1,
  participant: 'withdrawal',
  topic,
  payload: withdrawInput,
  replies: {
    'withdrawal.payout-made': success(z.object({ payoutId: z.string() })),
    'withdrawal.payout-refused': refusal(z.object({ code: z.string() })),
  },
});

/** Undoes the request: nothing was paid, and nothing will be. */
export const rejectWithdrawal = defineCommand({
  name: 'withdrawal.reject-withdrawal',
  version: 1,
  participant: 'withdrawal',
  topic,
  payload: z.object({ withdrawalId, reason }),
  replies: { 'withdrawal.withdrawal-rejected': success(z.object({})) },
});

export const completeWithdrawal = defineCommand({
  name: 'withdrawal.complete-withdrawal',
  version: 1,
  participant: 'withdrawal',
  topic,
  payload: z.object({ withdrawalId }),
  replies: { 'withdrawal.withdrawal-completed': success(z.object({})) },
});

/**
 * - `requested`: asked for.  - `paid`: the bank has paid.  - `completed`: and the balance knows of it.
 * - `rejected`: nothing was paid, and the balance is as it was before.
 */
export const withdrawalStatus = z.enum(['requested', 'paid', 'completed', 'rejected']);
export type WithdrawalStatus = z.infer<typeof withdrawalStatus>;

const withdrawalFact = z.object({
  withdrawalId,
  /** Grows by one with each change of the withdrawal. */
  revision: z.int().min(1),
  status: withdrawalStatus,
  merchantId,
  currency,
  amount: minorUnits.min(1),
  occurredAt: z.string(),
});

export const withdrawalRequested = defineEvent({
  name: 'withdrawal.requested',
  version: 1,
  topic: 'withdrawal.events',
  data: withdrawalFact,
});
export const withdrawalPaid = defineEvent({
  name: 'withdrawal.paid',
  version: 1,
  topic: 'withdrawal.events',
  /** `payoutId`: the bank's. */
  data: withdrawalFact.extend({ payoutId: z.string() }),
});
export const withdrawalCompleted = defineEvent({
  name: 'withdrawal.completed',
  version: 1,
  topic: 'withdrawal.events',
  data: withdrawalFact,
});
export const withdrawalRejected = defineEvent({
  name: 'withdrawal.rejected',
  version: 1,
  topic: 'withdrawal.events',
  data: withdrawalFact.extend({ reason }),
});
