/**
 * One thing that is done to many sagas: its states, who may move it from one to another, and when it
 * stops by itself. The set is frozen when it is made; see `bulk/freeze.ts`.
 *
 *     draft ─start─▶ running ─▶ finished            paused ─resume─▶ running
 *       └─start─▶ awaiting-approval ─approve─▶ running     stopped ─resume─▶ running
 *     running ─pause─▶ paused; running ─too many errors─▶ stopped; all that have not ended ─cancel─▶ cancelled
 */
import type { Action, Wanted } from '../engine/wanted.js';

export const bulkStates = [
  'draft',
  'awaiting-approval',
  'running',
  'paused',
  'stopped',
  'finished',
  'cancelled',
] as const;
export type BulkState = (typeof bulkStates)[number];

export const bulkOutcomes = ['done', 'refused', 'moved'] as const;
export type BulkOutcome = (typeof bulkOutcomes)[number];

/** What makes sense of many: an effect in one ledger is settled by itself. */
export const bulkActions = [
  'retry',
  'skip',
  'resolve',
  'compensate',
  'cancel',
  'clear-attention',
  'hold',
  'release',
  'move',
] as const satisfies readonly Action[];

/** What is done to each. */
export type BulkDeed = Pick<Wanted, 'step' | 'outcome' | 'result' | 'version'> & {
  readonly action: (typeof bulkActions)[number];
};

export const bulkDecisions = ['start', 'approve', 'pause', 'resume', 'cancel'] as const;
export type BulkDecision = (typeof bulkDecisions)[number];

export interface Standing {
  readonly state: BulkState;
  readonly madeBy: string;
  readonly needsApproval: boolean;
  readonly approvedBy: string | null;
}

const FROM: Readonly<Record<BulkDecision, readonly BulkState[]>> = {
  start: ['draft'],
  approve: ['awaiting-approval'],
  pause: ['running'],
  resume: ['paused', 'stopped'],
  cancel: ['draft', 'awaiting-approval', 'running', 'paused', 'stopped'],
};

export type Ruling = { readonly state: BulkState } | { readonly why: string };

/** The state that a decision leads to, or why it cannot be. */
export function rule(standing: Standing, decision: BulkDecision, by: string): Ruling {
  const { state, madeBy, needsApproval, approvedBy } = standing;
  if (!FROM[decision].includes(state)) {
    return {
      why: `it is ${state}, and only ${FROM[decision].join(' or ')} ones can be: ${decision}`,
    };
  }
  switch (decision) {
    case 'start':
      return { state: needsApproval && approvedBy === null ? 'awaiting-approval' : 'running' };
    case 'approve':
      if (by === madeBy) return { why: `${madeBy} has made it; a second person must approve it` };
      return { state: 'running' };
    case 'resume':
      return { state: 'running' };
    case 'pause':
      return { state: 'paused' };
    case 'cancel':
      return { state: 'cancelled' };
  }
}

/** How those fared that were tried last, up to `JUDGED`. */
export interface Lately {
  readonly tried: number;
  /** Refused, though nothing spoke against it when the set was frozen. */
  readonly refused: number;
  /** Done with a command, and in need of a person by now, although something has happened since. */
  readonly failedAgain: number;
  /** Done with a command, and nothing has happened to the saga since. */
  readonly unanswered: number;
}

/** Of how many of the latest the errors are counted. */
export const JUDGED = 1_000;
/** Of fewer nothing is concluded. */
const ENOUGH = 20;

/** Why it must stop, or nothing. */
export function tooManyErrors(
  { tried, refused, failedAgain }: Lately,
  maxErrorPercent: number,
): string | undefined {
  const errors = refused + failedAgain;
  if (tried < ENOUGH || errors * 100 <= maxErrorPercent * tried) return undefined;
  return (
    `${errors} of the ${tried} tried last went wrong (${failedAgain} need a person again, ` +
    `${refused} were refused), more than ${maxErrorPercent} %`
  );
}

/** Seconds' worth of commands that may be out unanswered; then a participant is waited for. */
const UNANSWERED_S = 4;
const FEWEST_UNANSWERED = 20;
/** More are not counted, see `JUDGED`. */
const MOST_UNANSWERED = JUDGED;

/** How many more may be tried before those that are out have been answered. */
export function roomFor({ unanswered }: Lately, perSecond: number): number {
  const wanted = Math.max(FEWEST_UNANSWERED, perSecond * UNANSWERED_S);
  return Math.max(0, Math.min(wanted, MOST_UNANSWERED) - unanswered);
}

/**
 * How many commands a participant's pace allows by now: time that passed unused is good for one second
 * at most, so that a pause is not made up for in one burst.
 * @param idleMs since the time that has been used up
 */
export const allowance = (idleMs: number, perSecond: number): number =>
  Math.floor((Math.min(Math.max(idleMs, 0), 1_000) * perSecond) / 1_000);
