/**
 * A merchant's wish to have money, and how far the bank has followed it, as a level: whoever works on
 * it looks at what is there, so no step has to remember which message it was started by. Pure.
 */
import type { PayoutAccount, Reason, WithdrawalStatus } from '#contracts';

/**
 * - `none`: the bank was not asked, and knows nothing of it.
 * - `ordered`: the bank may or may not know of it.  - `pending`: it does, and takes its time.
 * - `paid`, `refused`: it has decided, for good.
 */
export const PAYOUT_STATES = ['none', 'ordered', 'pending', 'paid', 'refused'] as const;
export type PayoutState = (typeof PAYOUT_STATES)[number];

/** `Waiting` is where an answer goes; the rules never look. */
export interface Withdrawal<Waiting = unknown> {
  readonly withdrawalId: string;
  readonly merchantId: string;
  readonly currency: string;
  /** Minor units. */
  readonly amount: number;
  /** As it was when the merchant asked, with its whole number. */
  readonly account: PayoutAccount;
  readonly status: WithdrawalStatus;
  readonly payout: PayoutState;
  /** The bank's number of it. */
  readonly payoutId: string | null;
  /** Why the bank will not pay; of one that is out, why it does not understand us. */
  readonly problemCode: string | null;
  /** Why it was rejected. */
  readonly reason: Reason | null;
  /** Grows by one with each change. */
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Who waits for the final answer of the bank. */
  readonly payOutTo: readonly Waiting[];
}

/** What the bank said of a payout. */
export type BankAnswer =
  | { readonly kind: 'paid' | 'pending'; readonly payoutId: string }
  | { readonly kind: 'refused'; readonly payoutId: string; readonly code: string };
export type Outcome = BankAnswer | { readonly kind: 'unchanged' };

/** Whether the bank is to be asked. */
export const isOut = ({ payout }: Pick<Withdrawal, 'payout'>): boolean =>
  payout === 'ordered' || payout === 'pending';

const changed = <Waiting>(
  withdrawal: Withdrawal<Waiting>,
  change: Partial<Withdrawal<Waiting>>,
): Withdrawal<Waiting> => ({ ...withdrawal, ...change, revision: withdrawal.revision + 1 });

const contradiction = (what: string, withdrawalId: string, why: string): Error =>
  new Error(`cannot ${what} the withdrawal ${withdrawalId}: ${why}`);

/**
 * Another command for the same withdrawal waits with the first; it never pays twice. One that comes
 * when all is decided, or when nothing is to be paid any more, changes nothing.
 * @throws Error for one that nobody has asked for: no saga sends that
 */
export function acceptPayOut<Waiting>(
  withdrawal: Withdrawal<Waiting> | undefined,
  withdrawalId: string,
  to: Waiting,
): Withdrawal<Waiting> {
  if (!withdrawal) throw contradiction('pay out', withdrawalId, 'it is not known');
  const { status, payout, payOutTo } = withdrawal;
  const waiting = { payOutTo: [...payOutTo, to] };
  if (isOut(withdrawal)) return { ...withdrawal, ...waiting };
  if (payout !== 'none' || status === 'rejected') return withdrawal;
  return changed(withdrawal, { payout: 'ordered', ...waiting });
}

/**
 * Nothing was paid, and nothing will be. An unknown withdrawal has nothing to reject.
 * @throws Error for what no saga sends: to reject what the bank has been asked to pay, and has not
 *   refused. The command is then parked and a person looks at it.
 */
export function reject<Waiting>(
  withdrawal: Withdrawal<Waiting> | undefined,
  reason: Reason,
): Withdrawal<Waiting> | undefined {
  if (!withdrawal || withdrawal.status === 'rejected') return withdrawal;
  const { withdrawalId, payout } = withdrawal;
  if (payout === 'none' || payout === 'refused') {
    return changed(withdrawal, { status: 'rejected', reason });
  }
  throw contradiction('reject', withdrawalId, `its payout is ${payout}`);
}

/** @throws Error for what no saga sends: to complete what is not paid */
export function complete<Waiting>(
  withdrawal: Withdrawal<Waiting> | undefined,
  withdrawalId: string,
): Withdrawal<Waiting> {
  if (withdrawal?.status === 'completed') return withdrawal;
  if (withdrawal?.status === 'paid') return changed(withdrawal, { status: 'completed' });
  throw contradiction('complete', withdrawalId, `it is ${withdrawal?.status ?? 'not known'}`);
}

/** Applies what the bank said to the withdrawal as it is stored now. What is decided stays decided. */
export function settle<Waiting>(
  withdrawal: Withdrawal<Waiting>,
  outcome: Outcome,
): Withdrawal<Waiting> {
  if (outcome.kind === 'unchanged' || !isOut(withdrawal)) return withdrawal;
  const { kind, payoutId } = outcome;
  if (kind === 'pending') {
    // Understood again: the next time that it is not is news.
    if (withdrawal.payout === 'pending' && withdrawal.problemCode === null) return withdrawal;
    return changed(withdrawal, { payout: kind, payoutId, problemCode: null });
  }
  const problemCode = kind === 'refused' ? outcome.code : null;
  const status = kind === 'paid' ? kind : withdrawal.status;
  return changed(withdrawal, { payout: kind, status, payoutId, problemCode });
}

/** The bank does not understand us. Nobody knows whether it pays, so it is asked on. */
export const misunderstood = <Waiting>(
  withdrawal: Withdrawal<Waiting>,
  code: string,
): Withdrawal<Waiting> =>
  isOut(withdrawal) && withdrawal.problemCode !== code
    ? changed(withdrawal, { problemCode: code })
    : withdrawal;

/** Each pause is half as long as it has been waited, within these bounds. */
export interface PollPauses {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** How long to wait before the bank is asked again what has become of it. */
export const pollPauseMs = ({ leastMs, mostMs }: PollPauses, waitedMs: number): number =>
  Math.min(mostMs, Math.max(leastMs, Math.round(waitedMs / 2)));
