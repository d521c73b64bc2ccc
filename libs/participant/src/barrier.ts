/**
 * The barrier's decision: what a command means, given what is known of it and of the command it
 * undoes. Pure, so that the explorer and the simulator run what the services run.
 */
import type { Reason } from '#contracts';
import type { ArrivedCommand } from './command-codec.js';
import type { CommandKey } from './command.js';
import { dayNumber, numberOfDay, startOfDay } from './day.js';
import { reasonOf, type StoredAnswer } from './reply.js';

/** Days that a barrier row is kept after the day its command was issued. */
export const BARRIER_KEEP_DAYS = 15;

/**
 * - `handled`: its effect is in the database, or was refused for good; `answer` is the latest one.
 * - `tombstone`: undone before it came, or before it could be handled.
 * - `parked`: it threw, had no effect, and waits for its next try.
 * - `dead`: given up without effect; handled only when a person redrives it.
 */
export type BarrierState = 'handled' | 'tombstone' | 'parked' | 'dead';

export interface BarrierRow extends CommandKey {
  readonly state: BarrierState;
  readonly answer?: StoredAnswer;
  /** How many answers there were; 0 without one. */
  readonly answerNo: number;
}

/** The rows as they stand, the effects of earlier commands of the same batch included. */
export type BarrierView = (key: CommandKey) => BarrierRow | undefined;

export type Verdict =
  /** Handle it. `entomb`: the command it undoes must never be handled any more. */
  | { readonly kind: 'admit'; readonly entomb?: CommandKey }
  /** Known: give its latest answer again, if there is one yet. */
  | { readonly kind: 'repeat'; readonly row: BarrierRow }
  /** Too late. `remember`: in a row of its own, so that all later copies are told the same. */
  | { readonly kind: 'refuse'; readonly reason: Reason; readonly remember: boolean }
  /** It makes no sense here: dead letter. */
  | { readonly kind: 'reject'; readonly reason: Reason; readonly remember: boolean };

const UNDONE = reasonOf('undone', 'its compensation came before it');
const EXPIRED = reasonOf('expired', 'it came after its notAfter');
const ISSUED_LATER = reasonOf('invalid-command', 'it was issued on a day that has not come yet');
const LIVES_TOO_LONG = reasonOf(
  'invalid-command',
  `notAfter is more than ${BARRIER_KEEP_DAYS - 1} days after the day of issue`,
);

export function decideBarrier(view: BarrierView, arrived: ArrivedCommand, now: Date): Verdict {
  const { address, notAfter, undoes } = arrived.command;
  const row = view(address);
  if (row?.state === 'tombstone') return { kind: 'refuse', reason: UNDONE, remember: false };
  if (row && !mayTryAgain(row, arrived)) return { kind: 'repeat', row };

  // A row that nobody may drop while the command may still come: that is what makes it the barrier.
  const remember = isKept(address.issuedOn, now);
  if (arrived.fault) return { kind: 'reject', reason: arrived.fault, remember };
  if (notAfter > startOfDay(numberOfDay(address.issuedOn) + BARRIER_KEEP_DAYS - 1)) {
    return { kind: 'reject', reason: LIVES_TOO_LONG, remember };
  }
  if (now > notAfter) return { kind: 'refuse', reason: EXPIRED, remember };
  if (!remember) return { kind: 'reject', reason: ISSUED_LATER, remember };
  return undoes && needsTombstone(view, undoes, now)
    ? { kind: 'admit', entomb: undoes }
    : { kind: 'admit' };
}

const mayTryAgain = ({ state }: BarrierRow, { arrival }: ArrivedCommand): boolean =>
  (state === 'dead' && arrival === 'redriven') || (state === 'parked' && arrival === 'retried');

/** One that was handled is undone by the handler; one too old for a row has expired by itself. */
function needsTombstone(view: BarrierView, undone: CommandKey, now: Date): boolean {
  const row = view(undone);
  return row ? row.state === 'parked' || row.state === 'dead' : isKept(undone.issuedOn, now);
}

/**
 * Whether there is a partition for that day. A day of margin at both ends, because clocks differ;
 * `barrierTable` keeps and makes more than this.
 */
function isKept(day: string, now: Date): boolean {
  const daysAhead = numberOfDay(day) - dayNumber(now);
  return daysAhead > -BARRIER_KEEP_DAYS && daysAhead <= 1;
}
