/** What a participant answers to a command. */
import type { Effect, Reason } from '#contracts';

export type Facts = Readonly<Record<string, unknown>>;

export interface Succeeded {
  readonly outcome: 'succeeded';
  /** Name of the fact, one of the contract's replies. */
  readonly name: string;
  readonly result: Facts;
  readonly effects?: readonly Effect[];
}

export interface Refused {
  readonly outcome: 'refused';
  readonly name: string;
  readonly result: Facts;
  readonly reason: Reason;
  readonly effects?: readonly Effect[];
}

/** The final answer comes in hours or days. */
export interface Pending {
  readonly outcome: 'pending';
  readonly reason?: Reason;
}

/** The work behind it failed and is tried again; the final answer may still come. */
export interface Parked {
  readonly outcome: 'parked';
  readonly reason: Reason;
}

/** The work behind it is given up, for no business reason. */
export interface Dead {
  readonly outcome: 'dead';
  readonly reason: Reason;
}

/** No reply now; `Answers.answer` gives it soon. */
export interface Accepted {
  readonly outcome: 'accepted';
}

export type Answer = Succeeded | Refused | Pending | Parked | Dead | Accepted;

/** The step is done. `effects`: all that this command's subject has moved so far, as totals. */
export const succeed = (name: string, result: Facts, effects?: readonly Effect[]): Succeeded => ({
  outcome: 'succeeded',
  name,
  result,
  ...(effects && { effects }),
});

/** A business no: the step has had no effect. */
export const refuse = (
  name: string,
  result: Facts,
  reason: Reason,
  effects?: readonly Effect[],
): Refused => ({ outcome: 'refused', name, result, reason, ...(effects && { effects }) });

export const pending = (reason?: Reason): Pending => ({
  outcome: 'pending',
  ...(reason && { reason }),
});

export const parked = (reason: Reason): Parked => ({ outcome: 'parked', reason });

export const dead = (reason: Reason): Dead => ({ outcome: 'dead', reason });

export const accepted = (): Accepted => ({ outcome: 'accepted' });
