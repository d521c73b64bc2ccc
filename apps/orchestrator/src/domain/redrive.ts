/** Whether a dead letter may be sent again, and as what. */
import { topics, type TopicSpec } from '#contracts';
import { CHAIN, type WireMessage } from '#messaging';
import { whyUnwanted, type SagaInstance } from '#saga';
import type { DeadLetter } from './dead-letter.js';

export const deadLetterStatuses = ['open', 'redriven', 'discarded'] as const;
export type DeadLetterStatus = (typeof deadLetterStatuses)[number];

export interface Closed {
  readonly status: DeadLetterStatus;
  readonly closedAt: Date | null;
  readonly closedBy: string | null;
  readonly closedWhy: string | null;
}

/** Why nothing can be decided about it any more; undefined while it is open. */
export const whyNotDecided = (letter: Closed): string | undefined =>
  letter.status === 'open'
    ? undefined
    : `it was ${letter.status} by ${letter.closedBy} at ${letter.closedAt?.toISOString()}: ${letter.closedWhy}`;

/** Codes of messages that were handled: what they report is not mended by handling them again. */
const REPORTS: Readonly<Record<string, string>> = {
  undeliverable:
    'notification has handled it and would not send the notice again; correct the address and tell the customer',
  'suspicious-fact':
    'accounting has recorded it as a contradiction and would not book it again; clear it up there',
};

export type Judged = Closed & Pick<DeadLetter, 'topic' | 'code' | 'unfit' | 'notAfter'>;

/** Why it may not be sent again; undefined when it may. */
export function whyNotRedriven(letter: Judged, now: Date): string | undefined {
  const decided = whyNotDecided(letter);
  if (decided !== undefined) return decided;
  const { topic, code, unfit, notAfter } = letter;
  if (unfit !== null) return unfit;
  const report = REPORTS[code];
  if (report !== undefined) return report;
  const spec = (topics as Readonly<Record<string, TopicSpec>>)[topic];
  if (spec === undefined) return `there is no topic ${topic} any more`;
  if (spec.compacted === true) {
    return (
      `${topic} keeps the latest message of each key, and an older one sent again would take its place; ` +
      'change what it is about in its service, which tells the state of today'
    );
  }
  if (notAfter !== null && notAfter <= now) {
    return `its time was over at ${notAfter.toISOString()}, and whoever reads it would refuse it`;
  }
  return undefined;
}

/** What a dead letter was to have done, and in which saga. */
export type Meant = Pick<DeadLetter, 'topic' | 'eventId' | 'sagaId'>;

export const isCommand = ({ topic }: Pick<DeadLetter, 'topic'>): boolean =>
  topic.endsWith('.commands');

/** Why a command is not wanted any more; undefined when it is, or when no saga of ours has sent it. */
export const whyNotWanted = (
  letter: Meant,
  saga: Pick<SagaInstance, 'state' | 'steps'> | undefined,
): string | undefined =>
  saga && isCommand(letter) ? whyUnwanted(saga, letter.eventId) : undefined;

export type Original = Pick<
  DeadLetter,
  'id' | 'topic' | 'partition' | 'attempt' | 'wholeKey' | 'headers'
> & { readonly value: Buffer };

/**
 * The original as it goes to its topic again: where it lay, as it was. It says that a person has
 * sent it (to the barrier of a participant a dead command is nothing else), and out of which dead
 * letter. Its chain begins anew: what went round in circles was stopped, and a person has decided.
 */
export function redriven(letter: Original): WireMessage {
  const { [`ce_${CHAIN}`]: _, ...headers } = letter.headers;
  return {
    topic: letter.topic,
    partition: letter.partition,
    key: letter.wholeKey.toString('utf8'),
    headers: {
      ...headers,
      ce_redrive: String(letter.attempt + 1),
      ce_redriveof: letter.id,
    },
    value: letter.value.toString('utf8'),
  };
}
