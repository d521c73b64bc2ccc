import type { Reason } from '#contracts';
import type { Outbox } from '#messaging';
import { runtime } from '#platform';
import { sagaCancelOf } from '../domain/facts.js';
import type { Withdrawal } from '../domain/withdrawal.js';
import { postgresWithdrawalRows, type WithdrawalRows } from '../persistence/withdrawal-rows.js';

/** Passes a merchant's wish to keep the money here on to the saga, which alone decides. */
export class CancelDesk {
  constructor(
    private readonly outbox: Pick<Outbox, 'transaction'>,
    private readonly clock: () => Date = runtime.date,
    private readonly rows: Pick<WithdrawalRows, 'findWithdrawals'> = postgresWithdrawalRows,
  ) {}

  /**
   * Asks the saga for a withdrawal that the bank was not told of; any other is left alone. Asking
   * again is the same message again.
   * @returns the withdrawal at this moment, undefined for an unknown one
   */
  cancel(
    withdrawalId: string,
    why?: string,
    traceparent?: string,
  ): Promise<Withdrawal | undefined> {
    const reason: Reason = { code: 'cancelled-by-merchant', message: why ?? 'no reason given' };
    return this.outbox.transaction(async (unit) => {
      const found = (await this.rows.findWithdrawals(unit.tx, [withdrawalId])).get(withdrawalId);
      if (found && isCancellable(found)) {
        const cancel = sagaCancelOf(withdrawalId, reason, this.clock());
        unit.publish(traceparent === undefined ? cancel : { ...cancel, traceparent });
      }
      return found;
    });
  }
}

/** Whether the bank knows nothing of it, as far as we know; the saga may know better. */
export const isCancellable = ({ status, payout }: Withdrawal): boolean =>
  status === 'requested' && payout === 'none';
