/** What is persisted of one running saga. Plain JSON throughout; times are epoch milliseconds. */
import type { Effect, Reason } from '#contracts';

export const sagaStates = [
  'awaiting-start',
  'running',
  'compensating',
  'completed',
  'compensated',
] as const;
/** `awaiting-start`: only a cancel has arrived so far; the start will be compensated at once. */
export type SagaState = (typeof sagaStates)[number];

/** Nothing is left to do, unless a late report of an effect reopens the compensation. */
export const isOver = (state: SagaState): boolean =>
  state === 'completed' || state === 'compensated';

/**
 * - `sent`: a command is out, unanswered.  - `pending`: accepted, the answer takes hours or days.
 * - `in-doubt`: it stayed silent to the end, so whether it had an effect is unknown.
 * - `undoing`, `undone`: its compensation is out, or has succeeded.
 */
export type StepStateName =
  | 'waiting'
  | 'sent'
  | 'pending'
  | 'done'
  | 'refused'
  | 'in-doubt'
  | 'undoing'
  | 'undone'
  | 'skipped';

/** One command's life, forward or compensating. */
export interface CommandState {
  readonly commandId: string;
  /** 1 (or absent) for a step's first command; one more with each that is sent with a better input. */
  readonly round?: number;
  /** UTC day of the first sending; with the id it is the participant's key of the command. */
  readonly issuedOn: string;
  readonly attempts: number;
  readonly sentAt: number;
  /**
   * When its timer is due, or absent when nothing is waited for. Of a refused step: until when it
   * waits for a better input.
   */
  readonly dueAt?: number;
  readonly error?: Reason;
  /** Its participant has given it up: the answer to the last sending was `dead`. */
  readonly dead?: true;
}

export interface UndoState extends CommandState {
  readonly state: 'sent' | 'pending' | 'failed' | 'done';
  /** 1 for the first compensation; one more each time a late effect reopens it. */
  readonly round: number;
}

/** The wish to give a pivot up; nothing is waited for but the pivot's own answer. */
export type RecallState = Omit<CommandState, 'dueAt'>;

export interface Refusal {
  /** Of the fact, for example `payment.payment-declined`. */
  readonly name: string;
  readonly reason: Reason;
}

export interface StepInstance {
  readonly state: StepStateName;
  /** What versions before called it, where commands went out under that name. */
  readonly formerNames?: readonly string[];
  readonly command?: CommandState;
  readonly undo?: UndoState;
  readonly recall?: RecallState;
  readonly result?: Readonly<Record<string, unknown>>;
  /** How it was refused last. */
  readonly refusal?: Refusal;
  readonly finishedAt?: number;
}

/** Owner of an effect that nobody asked for. */
export const UNKNOWN_STEP = '?';

/** Why a saga is held, of which its own definition cannot decide: it throws. */
export const DECISION_FAILED = 'decision-failed';

/** An effect as last reported, with the step it belongs to. */
export interface LedgerEntry extends Effect {
  readonly step: string;
  /** Who said that it was brought back, where no participant has. */
  readonly returnedBy?: string;
}

export interface Attention extends Reason {
  readonly step: string;
}

export interface SagaInstance {
  readonly id: string;
  readonly definition: string;
  readonly version: number;
  readonly businessKey: string;
  /** Grows by one with each message applied; the guard of every write. */
  readonly revision: number;
  readonly state: SagaState;
  readonly input: unknown;
  readonly steps: Readonly<Record<string, StepInstance>>;
  readonly ledger: Readonly<Record<string, LedgerEntry>>;
  /** Why it compensates. */
  readonly cause?: Reason;
  /** A cancel that waits for the pivot's answer, or for the start. */
  readonly cancel?: Reason;
  /** Why a person is needed, at last. Messages go on working while it is up. */
  readonly attention?: Attention;
  /** For which other steps a person is needed as well, since before. */
  readonly alsoAttention?: readonly Attention[];
  /** Why nothing is sent at present. Answers go on being taken in; timers wait. */
  readonly held?: Reason;
  /** The earliest timer of its steps, or null. */
  readonly wakeAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const newInstance = (head: {
  id: string;
  definition: string;
  version: number;
  businessKey: string;
  now: number;
}): SagaInstance => ({
  id: head.id,
  definition: head.definition,
  version: head.version,
  businessKey: head.businessKey,
  revision: 0,
  state: 'awaiting-start',
  input: null,
  steps: {},
  ledger: {},
  wakeAt: null,
  createdAt: head.now,
  updatedAt: head.now,
});
