/** The bank, as the withdrawal service sees it. */
import type { BankAnswer, Withdrawal } from '../domain/withdrawal.js';

export type PayoutOrder = Pick<Withdrawal, 'withdrawalId' | 'currency' | 'amount' | 'account'>;

/**
 * Both may be asked again, whatever became of it before. They throw `OutboundError` when nobody knows
 * what became of it, or it was not sent; `BankProblemError` when the bank does not understand us.
 */
export interface Bank {
  /** Has it pay, once: asked again, it says what has become of the payout that exists. */
  pay(order: PayoutOrder): Promise<BankAnswer>;
  /** What has become of it; undefined when the bank knows nothing of it. */
  find(order: PayoutOrder): Promise<BankAnswer | undefined>;
}

/** The bank answered something that says neither that it pays nor that it will never do so. */
export class BankProblemError extends Error {
  override readonly name = 'BankProblemError';

  constructor(readonly code: string) {
    super(`The bank does not understand what is asked for: ${code}`);
  }
}
