/** Answers as they are remembered in the barrier, and the events that carry them. */
import {
  GENERIC_REPLIES,
  eventType,
  type Effect,
  type Outcome,
  type Participant,
  type Reason,
  type SagaReply,
} from '#contracts';
import { CHAIN, type OutgoingEvent } from '#messaging';
import { storableText } from '#platform';
import type { Answer, Facts } from './answer.js';
import type { CommandAddress } from './command.js';

/** The latest answer to a command: all that is needed to give it again. */
export interface StoredAnswer {
  readonly outcome: Outcome;
  /** Name of the fact, or one of GENERIC_REPLIES. */
  readonly name: string;
  readonly result?: Facts;
  readonly reason?: Reason;
  readonly effects?: readonly Effect[];
}

export interface Reply {
  readonly to: CommandAddress;
  readonly answer: StoredAnswer;
  /** Counts the answers of this command, from 1. */
  readonly answerNo: number;
}

const MAX_CODE = 64;
const MAX_MESSAGE = 2000;

/** A reason within the limits of its contract, whatever error text went into it. */
export const reasonOf = (code: string, message: string): Reason => ({
  code: storableText(code, MAX_CODE) || 'unknown',
  message: storableText(message, MAX_MESSAGE),
});

/** Undefined for `accepted`: there is nothing to say yet. */
export function storedAnswer(answer: Answer): StoredAnswer | undefined {
  switch (answer.outcome) {
    case 'accepted':
      return undefined;
    case 'pending':
      return { ...answer, name: GENERIC_REPLIES.pending };
    case 'parked':
    case 'dead':
      return genericAnswer(answer.outcome, reasonOf(answer.reason.code, answer.reason.message));
    case 'succeeded':
      return answer;
    case 'refused':
      return { ...answer, reason: reasonOf(answer.reason.code, answer.reason.message) };
  }
}

export const genericAnswer = (
  outcome: 'refused' | 'parked' | 'dead',
  reason: Reason,
): StoredAnswer => ({ outcome, name: GENERIC_REPLIES[outcome], reason });

/** To a command that is asked for again before there was anything to say. */
export const inProgress: StoredAnswer = {
  outcome: 'pending',
  name: GENERIC_REPLIES.pending,
  reason: { code: 'in-progress', message: 'It was accepted, and is being worked on.' },
};

export const isFinal = (answer: StoredAnswer): boolean =>
  answer.outcome === 'succeeded' || answer.outcome === 'refused';

/** The same answer to the same command always has the same id, so that repetitions are seen as such. */
export const replyId = ({ to, answer, answerNo }: Reply): string =>
  `${to.commandId}#${answer.outcome}${answerNo > 1 ? `.${answerNo}` : ''}`;

/** @param time RFC 3339, the same for all of a batch */
export function replyEvent(
  source: Participant,
  reply: Reply,
  time: string,
): OutgoingEvent<SagaReply> {
  const { to, answer } = reply;
  return {
    topic: 'saga.inbox',
    key: to.businessKey,
    id: replyId(reply),
    source,
    type: eventType(answer.name),
    subject: to.businessKey,
    time,
    correlationid: to.sagaId,
    causationid: to.commandId,
    ...(to.traceparent !== undefined && { traceparent: to.traceparent }),
    ...(to.chain !== undefined && { extensions: { [CHAIN]: to.chain } }),
    data: {
      commandId: to.commandId,
      outcome: answer.outcome,
      ...(answer.result && { result: answer.result }),
      ...(answer.reason && { reason: answer.reason }),
      ...(answer.effects && { effects: [...answer.effects] }),
    },
  };
}
