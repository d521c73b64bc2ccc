import type { CommandAddress } from '#participant';
import type { Withdrawal } from '../domain/withdrawal.js';

export type StoredWithdrawal = Withdrawal<CommandAddress>;

/** int8 comes as text; amounts lie far below 2^53. */
export type WithdrawalRow = Omit<StoredWithdrawal, 'amount'> & { readonly amount: string };

export const WITHDRAWAL_COLUMNS = `
  withdrawal_id as "withdrawalId", merchant_id as "merchantId", currency, amount, account, status,
  payout, payout_id as "payoutId", problem_code as "problemCode", reason, revision,
  created_at as "createdAt", updated_at as "updatedAt", pay_out_to as "payOutTo"`;

export const withdrawalOf = (row: WithdrawalRow): StoredWithdrawal => ({
  ...row,
  amount: Number(row.amount),
});
