import type { Tx } from '#messaging';
import type { StoredWithdrawal } from './withdrawal-row.js';

/** Writes what can change of withdrawals that `lockWithdrawals` has locked. */
export async function updateWithdrawals(
  tx: Tx,
  withdrawals: readonly StoredWithdrawal[],
  at: Date,
): Promise<void> {
  if (withdrawals.length === 0) return;
  await tx.query(
    `update withdrawal w
        set status = n.status, payout = n.payout, payout_id = n.payout_id,
            problem_code = n.problem_code, reason = n.reason, revision = n.revision,
            pay_out_to = n.pay_out_to, updated_at = $9
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::json[],
                   $7::int[], $8::json[])
         as n (withdrawal_id, status, payout, payout_id, problem_code, reason, revision, pay_out_to)
      where w.withdrawal_id = n.withdrawal_id`,
    [
      withdrawals.map(({ withdrawalId }) => withdrawalId),
      withdrawals.map(({ status }) => status),
      withdrawals.map(({ payout }) => payout),
      withdrawals.map(({ payoutId }) => payoutId),
      withdrawals.map(({ problemCode }) => problemCode),
      withdrawals.map(({ reason }) => reason && JSON.stringify(reason)),
      withdrawals.map(({ revision }) => revision),
      withdrawals.map(({ payOutTo }) => JSON.stringify(payOutTo)),
      at.toISOString(),
    ],
  );
}
