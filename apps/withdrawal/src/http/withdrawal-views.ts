import { createHash } from 'node:crypto';
import { shownAccount } from '#contracts';
import { fieldProblem, keyReused, ProblemException, requestInProgress } from '#platform';
import type { WithdrawalRequested } from '../acceptance/withdrawal-desk.js';
import type { Withdrawal } from '../domain/withdrawal.js';
import type { RequestKey } from '../persistence/insert-withdrawals.js';
import type {
  RequestedWithdrawalDto,
  RequestWithdrawalDto,
  WithdrawalDto,
} from './withdrawals.dto.js';

const fieldsOf = ({ withdrawalId, merchantId, currency, amount, account }: Withdrawal) => ({
  ...{ withdrawalId, merchantId, currency, amount },
  account: shownAccount(account),
});

/** As it was when it was asked for, so that whoever asks again reads the same. */
export const requestedView = (withdrawal: Withdrawal): RequestedWithdrawalDto => ({
  ...fieldsOf(withdrawal),
  status: 'requested',
});

export const withdrawalView = (withdrawal: Withdrawal): WithdrawalDto => {
  const { status, payout, payoutId, problemCode, reason, revision } = withdrawal;
  return {
    ...fieldsOf(withdrawal),
    ...{ status, payout },
    ...(payoutId !== null && { payoutId }),
    ...(problemCode !== null && { problemCode }),
    ...(reason !== null && { reason }),
    revision,
    createdAt: withdrawal.createdAt.toISOString(),
    updatedAt: withdrawal.updatedAt.toISOString(),
  };
};

/** Recognises a repeated request by its meaning; nothing of it is secret. */
export function requestKeyOf(
  key: string,
  { merchantId, currency, amount }: RequestWithdrawalDto,
): RequestKey {
  const content = JSON.stringify([merchantId, currency, amount]);
  return { key, hash: createHash('sha256').update(content).digest('base64url') };
}

export const keyMissing = (): ProblemException =>
  fieldProblem(400, [
    {
      field: 'Idempotency-Key',
      message:
        'is missing; send one that is new for each withdrawal, and the same when you repeat it',
    },
  ]);

type Refused = Exclude<WithdrawalRequested, { outcome: 'accepted' }>;

/** Why nothing was taken in, and what to do. */
export function problemOf(
  refused: Refused,
  { merchantId, currency }: RequestWithdrawalDto,
): ProblemException {
  if (refused.outcome === 'key-reused') return keyReused();
  if (refused.outcome === 'in-progress') return requestInProgress();
  const { code } = refused;
  const title = 'The withdrawal cannot be accepted';
  const problem = (status: number, field: string, message: string) =>
    new ProblemException(status, title, `${field}: ${message}`, {
      code,
      errors: [{ field, message }],
    });
  switch (code) {
    case 'unknown-merchant':
      return problem(422, 'merchantId', 'is not known; register the merchant first');
    case 'merchant-suspended':
      return problem(403, 'merchantId', 'is suspended, and draws no money until activated');
    case 'no-payout-account': {
      const path = `/merchants/${encodeURIComponent(merchantId)}/payout-accounts/${currency}`;
      const message = `has no payout account of the merchant; say where to pay it first (PUT ${path})`;
      return problem(409, 'currency', message);
    }
  }
}

export const unknownWithdrawal = (withdrawalId: string): ProblemException =>
  new ProblemException(404, 'No such withdrawal', `There is no withdrawal ${withdrawalId}.`, {
    errors: [{ field: 'withdrawalId', message: 'is not known' }],
  });

const TOO_LATE = {
  ordered: 'The bank was told to pay it. Should it refuse, the money stays in the balance.',
  pending:
    'The bank has it, and pays in its time. Should it refuse, the money stays in the balance.',
  paid: 'The bank has paid it.',
  refused: 'The bank has refused it: it is about to be rejected.',
} as const;

export const tooLateToCancel = (payout: keyof typeof TOO_LATE): ProblemException =>
  new ProblemException(409, 'The withdrawal can no longer be cancelled', TOO_LATE[payout], {
    code: `payout-${payout}`,
  });
