/** Where messages go that cannot be handled, so that they stop nothing and are not lost. */
import { textHeaders } from './codec.js';
import type { OutgoingEvent, ReceivedEvent } from './event.js';
import type { RawMessage } from './wire.js';

/** Why a message cannot be handled: `code` for machines, `message` for people. */
export interface DeadLetterReason {
  readonly code: string;
  readonly message: string;
}

/** The data of a dead letter: the message as it was, enough to send it once more. */
export interface DeadLetterData {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The value as text; absent when there was none, or when it was no UTF-8. */
  readonly value?: string;
  readonly valueBase64?: string;
  /** True when the value was too large to be repeated whole; the original has the rest. */
  readonly truncated?: boolean;
}

export const DEAD_LETTER_TYPE = 'messaging.dead-letter';

export const deadLetterTopicOf = (topic: string): string => `${topic}.dlq`;

/** JSON escapes and base64 may nearly double a value; what is left must stay below the limit. */
const MAX_VALUE_BYTES = 400_000;
/** Headers are for reading; a stack trace or a quoted payload does not belong there. */
const MAX_MESSAGE_CHARACTERS = 500;

/**
 * The event as it is put aside: on `<topic>.dlq`, the original in `data` (DeadLetterData), the
 * reason in the headers. Its id is made of the original's place, so that a dead letter published
 * twice can be recognised.
 */
export const deadLetter = (event: ReceivedEvent, reason: DeadLetterReason): OutgoingEvent =>
  build(
    event,
    event.key,
    event.headers,
    Buffer.from(JSON.stringify(event.data) ?? 'null'),
    reason,
    event,
  );

/** The same for a message that could not even be decoded. */
export const deadLetterOfRaw = (raw: RawMessage, reason: DeadLetterReason): OutgoingEvent =>
  build(raw, raw.key?.toString('utf8') ?? '', textHeaders(raw.headers), raw.value, reason);

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

function build(
  { topic, partition, offset }: Place,
  key: string,
  headers: Readonly<Record<string, string>>,
  value: Buffer | null,
  reason: DeadLetterReason,
  event?: ReceivedEvent,
): OutgoingEvent<DeadLetterData> {
  const place = `${topic}/${partition}/${offset}`;
  return {
    topic: deadLetterTopicOf(topic),
    key,
    id: `dead:${place}`,
    source: `/${topic}`,
    type: DEAD_LETTER_TYPE,
    subject: event?.subject ?? key,
    time: new Date().toISOString(),
    data: { topic, partition, offset, key, headers: bounded(headers), ...textOrBase64(value) },
    ...(event && { causationid: event.id }),
    ...(event?.correlationid !== undefined && { correlationid: event.correlationid }),
    ...(event?.traceparent !== undefined && { traceparent: event.traceparent }),
    extensions: {
      deadcode: reason.code,
      deadmessage: reason.message.slice(0, MAX_MESSAGE_CHARACTERS),
      deadtype: (event?.type ?? headers['ce_type'] ?? '').slice(0, MAX_MESSAGE_CHARACTERS),
    },
  };
}

function textOrBase64(value: Buffer | null): Partial<DeadLetterData> {
  if (value === null) return {};
  const kept = value.subarray(0, MAX_VALUE_BYTES);
  const truncated = kept.length < value.length ? { truncated: true } : {};
  const text = kept.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(kept);
  return isText
    ? { value: text, ...truncated }
    : { valueBase64: kept.toString('base64'), ...truncated };
}

/** Foreign headers can be as large as a value. */
const bounded = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .slice(0, 50)
      .map(([name, value]) => [name.slice(0, 200), value.slice(0, 2_000)]),
  );
