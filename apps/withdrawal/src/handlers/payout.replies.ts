/** A withdrawal's payout as the answers that the saga reads. */
import { accepted, pending, refuse, succeed, type Answer, type LateAnswer } from '#participant';
import type { Withdrawal } from '../domain/withdrawal.js';
import type { StoredWithdrawal } from '../persistence/withdrawal-row.js';

const refused = (code: string, message: string): Answer =>
  refuse('withdrawal.payout-refused', { code }, { code, message });

/** `accepted` while nobody knows what the bank says. */
export function payOutAnswer({ payout, payoutId, problemCode, status }: Withdrawal): Answer {
  switch (payout) {
    case 'none':
      return status === 'rejected'
        ? refused('withdrawal-rejected', 'The withdrawal is rejected: nothing is to be paid.')
        : accepted();
    case 'ordered':
      return accepted();
    case 'pending':
      return pending({ code: 'payout-pending', message: 'The bank has yet to pay it.' });
    case 'paid':
      return succeed('withdrawal.payout-made', { payoutId });
    case 'refused':
      return refused(problemCode ?? 'unknown', 'The bank does not pay to this account.');
  }
}

/** To all who wait; they wait on until it is final. */
export function answersDue(withdrawal: StoredWithdrawal): {
  readonly withdrawal: StoredWithdrawal;
  readonly answers: readonly LateAnswer[];
} {
  const answer = payOutAnswer(withdrawal);
  const answers = toAll(withdrawal, answer);
  const isFinal = answer.outcome === 'succeeded' || answer.outcome === 'refused';
  return { withdrawal: isFinal ? { ...withdrawal, payOutTo: [] } : withdrawal, answers };
}

export const toAll = ({ payOutTo }: StoredWithdrawal, answer: Answer): LateAnswer[] =>
  answer.outcome === 'accepted' ? [] : payOutTo.map((to) => ({ to, answer }));
