/** Where messages go that cannot be handled, so that they stop nothing and are not lost. */
import { runtime } from '#platform';
import { textHeaders } from './codec.js';
import type { OutgoingEvent, ReceivedEvent } from './event.js';
import type { RawMessage } from './wire.js';

/** Why a message cannot be handled: `code` for machines, `message` for people. */
export interface DeadLetterReason {
  readonly code: string;
  readonly message: string;
  /** The service that could not: facts are read by several. */
  readonly by?: string;
}

/** The data of a dead letter: the message as it was, enough to send it once more. */
export interface DeadLetterData {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The value as text; absent when there was none, or when text would be no UTF-8 or too long. */
  readonly value?: string;
  readonly valueBase64?: string;
  /** True when value, key or headers are not repeated whole; the original has the rest. */
  readonly truncated?: boolean;
}

export const DEAD_LETTER_TYPE = 'messaging.dead-letter';

export const deadLetterTopicOf = (topic: string): string => `${topic}.dlq`;

/** Base64 makes a third more of a value; with the headers it must stay below the limit. */
const MAX_VALUE_BYTES = 400_000;
/** JSON writes a control character as six; a text of those is shorter in base64. */
const MAX_TEXT_BYTES = 600_000;
const MAX_HEADERS_BYTES = 150_000;
const MAX_KEY_CHARACTERS = 1_000;
const MAX_NAME = 200;
const MAX_HEADER = 2_000;
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
export function deadLetterOfRaw(raw: RawMessage, reason: DeadLetterReason): OutgoingEvent {
  const key = raw.key?.toString('utf8') ?? '';
  const letter = build(raw, key, textHeaders(raw.headers), raw.value, reason);
  const isText = raw.key === null || Buffer.from(key, 'utf8').equals(raw.key);
  return isText ? letter : { ...letter, data: { ...letter.data, truncated: true } };
}

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
  const shortKey = key.slice(0, MAX_KEY_CHARACTERS);
  const kept = bounded(headers);
  const isCut = shortKey !== key || kept === undefined;
  return {
    topic: deadLetterTopicOf(topic),
    key: storable(shortKey),
    id: `dead:${place}`,
    source: `/${topic}`,
    type: DEAD_LETTER_TYPE,
    subject: short(event?.subject ?? key),
    time: runtime.date().toISOString(),
    data: {
      topic,
      partition,
      offset,
      key: shortKey,
      headers: kept ?? cut(headers),
      ...textOrBase64(value),
      ...(isCut && { truncated: true }),
    },
    ...(event && { causationid: short(event.id) }),
    ...(event?.correlationid !== undefined && { correlationid: short(event.correlationid) }),
    ...(event?.traceparent !== undefined && { traceparent: short(event.traceparent) }),
    extensions: {
      deadcode: reason.code,
      deadmessage: short(reason.message),
      deadtype: short(event?.type ?? headers['ce_type'] ?? ''),
      ...(reason.by !== undefined && { deadby: reason.by }),
    },
  };
}

const short = (text: string): string => text.slice(0, MAX_MESSAGE_CHARACTERS);

/** No text of Postgres holds a NUL, and the outbox keeps the key as one; `data` has it as it was. */
const storable = (key: string): string => key.replaceAll('\0', '\ufffd');

const bytesOfJson = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function textOrBase64(value: Buffer | null): Partial<DeadLetterData> {
  if (value === null) return {};
  const kept = value.subarray(0, MAX_VALUE_BYTES);
  const truncated = kept.length < value.length ? { truncated: true } : {};
  const text = kept.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(kept) && bytesOfJson(text) <= MAX_TEXT_BYTES;
  return isText
    ? { value: text, ...truncated }
    : { valueBase64: kept.toString('base64'), ...truncated };
}

type Headers = Readonly<Record<string, string>>;

/** As they are, where they are not too large. */
function bounded(headers: Headers): Headers | undefined {
  const isShort = Object.entries(headers).every(
    ([name, value]) => name.length <= MAX_NAME && value.length <= MAX_HEADER,
  );
  return isShort && bytesOfJson(headers) <= MAX_HEADERS_BYTES ? headers : undefined;
}

/** Foreign headers can be as large as a value; as many of the first are kept as there is room for. */
function cut(headers: Headers): Headers {
  let bytes = 0;
  return Object.fromEntries(
    Object.entries(headers)
      .map((header) => [header[0].slice(0, MAX_NAME), header[1].slice(0, MAX_HEADER)] as const)
      .filter((header) => (bytes += bytesOfJson(header)) <= MAX_HEADERS_BYTES),
  );
}
