/** What goes into a decision and what comes out of it. */
import type { CommandContract, Effect, Outcome, Reason } from '#contracts';
import type { SagaDefinition, StepTiming } from './definition.js';
import type { SagaInstance, SagaState, StepStateName } from './instance.js';

export interface StartMessage {
  readonly kind: 'start';
  readonly messageId: string;
  readonly input: unknown;
}

export interface ReplyMessage {
  readonly kind: 'reply';
  readonly messageId: string;
  /** The fact's name, for example `inventory.stock-reserved`. */
  readonly name: string;
  readonly commandId: string;
  readonly outcome: Outcome;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly reason?: Reason;
  readonly effects?: readonly Effect[];
}

export interface ReportMessage {
  readonly kind: 'report';
  readonly messageId: string;
  /** The command that led to the effects; needed when they are the first that is heard of it. */
  readonly commandId?: string;
  readonly effects: readonly Effect[];
  readonly reason?: Reason;
}

/** Who wants it, where a person does. */
interface ByPerson {
  readonly actor?: string;
}

export interface CancelMessage extends ByPerson {
  readonly kind: 'cancel';
  readonly messageId: string;
  readonly reason: Reason;
}

export interface TimerMessage {
  readonly kind: 'timer';
  readonly messageId: string;
  /**
   * What was due at this moment (epoch ms) takes effect, and nothing that has come due since: the
   * answer to that may be in the backlog behind this message.
   */
  readonly dueBefore: number;
  /**
   * The instance's last commands were published at or before this moment (epoch ms); `Infinity`
   * while they are not. A command's clock starts when it was published, not when it was decided.
   */
  readonly publishedBy: number;
}

/** A better input for a step that was refused and waits for one. */
export interface MendMessage {
  readonly kind: 'mend';
  readonly messageId: string;
  readonly step: string;
  /** As the step's reaction to its refusal wants it. */
  readonly data: unknown;
}

/** From now on nothing is sent, until it is released: answers are taken in, timers wait. */
export interface HoldMessage extends ByPerson {
  readonly kind: 'hold';
  readonly messageId: string;
  readonly reason: Reason;
}

export interface ReleaseMessage extends ByPerson {
  readonly kind: 'release';
  readonly messageId: string;
  readonly reason: Reason;
}

/** Moves the instance to another version of its definition, where that can be done. */
export interface MoveMessage extends ByPerson {
  readonly kind: 'move';
  readonly messageId: string;
  readonly to: SagaDefinition;
  /** Only an instance that is on this version is moved. Default: any. */
  readonly from?: number | undefined;
  readonly reason: Reason;
}

/**
 * What a person can do about one step, or about the saga as a whole:
 * - `retry`: what the step waits for is asked for once more, now.
 * - `skip`: the saga goes on without the step.
 * - `resolve`: nobody answers, and the person knows what came of the step's command, or of its
 *   compensation. `result`: what the step would have answered; its effects, where it had any.
 * - `settle-effect`: what the ledger says is out (of no step, or although all was undone) has been
 *   brought back by hand, so that the saga can end.
 * - `compensate`: the saga turns around.
 * - `clear-attention`: the person has seen it; of one step, or all.
 */
export type Intervention =
  | { readonly action: 'retry' | 'skip'; readonly step: string }
  | {
      readonly action: 'resolve';
      readonly step: string;
      readonly outcome: 'happened' | 'did-not-happen';
      readonly result?: Readonly<Record<string, unknown>>;
      readonly effects?: readonly Effect[];
    }
  | { readonly action: 'settle-effect'; readonly effect: string }
  | { readonly action: 'compensate' }
  | { readonly action: 'clear-attention'; readonly step?: string };

export interface InterveneMessage {
  readonly kind: 'intervene';
  readonly messageId: string;
  readonly actor: string;
  readonly reason: Reason;
  readonly intervention: Intervention;
}

export type SagaMessage =
  | StartMessage
  | ReplyMessage
  | ReportMessage
  | CancelMessage
  | TimerMessage
  | MendMessage
  | HoldMessage
  | ReleaseMessage
  | MoveMessage
  | InterveneMessage;

/** A command to send; the same id goes out again with a higher `resend`. */
export interface Command {
  readonly commandId: string;
  readonly step: string;
  readonly contract: CommandContract;
  readonly payload: unknown;
  readonly issuedOn: string;
  /** After this moment (epoch ms) a participant that has not seen it refuses it. */
  readonly notAfter: number;
  readonly resend: number;
  readonly undoes?: { readonly commandId: string; readonly issuedOn: string };
}

/** What else a message said, so that the decision can be made again. */
export interface HistoryDetail {
  readonly jitter: number;
  /** Where the service's timing was not the default. */
  readonly timing?: StepTiming;
  readonly commandId?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly effects?: readonly Effect[];
  /** Of a timer; null for never. */
  readonly publishedBy?: number | null;
  /** Of a timer; missing in histories of before, where it was the moment of the entry. */
  readonly dueBefore?: number;
  readonly data?: unknown;
  readonly intervention?: Intervention;
  /** The version it was to be moved to, and if it was, the one before. */
  readonly toVersion?: number;
  readonly fromVersion?: number;
  /** Of a move that was to move an instance on this version only. */
  readonly onlyFrom?: number;
  /** The input before this message, where the message has changed it. */
  readonly inputBefore?: unknown;
  /**
   * A mark of what each command said (its name and payload), in the order of `sent`; absent where
   * nothing was sent, and in what was recorded before it was kept.
   */
  readonly payloads?: readonly string[];
}

/** One row of the instance's history: what arrived and what it changed. */
export interface HistoryEntry {
  readonly revision: number;
  readonly at: number;
  readonly kind: SagaMessage['kind'];
  readonly messageId: string;
  readonly state: SagaState;
  readonly name?: string;
  readonly outcome?: Outcome;
  readonly step?: string;
  /** The person whose doing it was. */
  readonly actor?: string;
  readonly reason?: Reason;
  /** Step states that changed, in the order they did. */
  readonly changes?: readonly { readonly step: string; readonly to: StepStateName }[];
  readonly sent?: readonly string[];
  readonly detail?: HistoryDetail;
  /** For what was recorded without an effect, or deserves a word. */
  readonly note?: string;
}

export interface Decision {
  readonly instance: SagaInstance;
  readonly commands: readonly Command[];
  readonly history: HistoryEntry;
}
