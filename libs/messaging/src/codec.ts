/**
 * CloudEvents 1.0, Kafka binding, binary content mode: the attributes are `ce_` headers, the value
 * is the JSON data. `traceparent` keeps its W3C name, so that tracing libraries find it.
 * Written by hand because the SDK costs 3-10 µs a message; a test decodes ours with the SDK.
 */
import { EventTooLargeError } from './errors.js';
import type { OutgoingEvent, ReceivedEvent } from './event.js';
import {
  MAX_EVENT_BYTES,
  sizeOf,
  type RawHeader,
  type RawMessage,
  type WireMessage,
} from './wire.js';

const CONTENT_TYPE = 'application/json';
/** What JSON.parse takes in its stride overflows the stack of all that walks it by recursion. */
const MAX_DEPTH = 500;
/** No trace context of today's version has more than 55 characters; each consequence repeats it. */
const MAX_TRACE = 200;
const EXTENSION_NAME = /^[a-z0-9]{1,20}$/;
const OWN_ATTRIBUTES = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'data',
  'correlationid',
  'causationid',
]);

/**
 * @throws EventTooLargeError when the broker would refuse it
 * @throws TypeError for what is no CloudEvent: an empty id, source or type, a bad extension name,
 *   data that is no JSON
 */
export function encode(event: OutgoingEvent): WireMessage {
  if (!event.id || !event.source || !event.type) {
    throw new TypeError(`an event needs id, source and type: ${event.type} ${event.id}`);
  }
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_source: event.source,
    ce_type: event.type,
    ce_subject: event.subject,
    ce_time: event.time,
    'content-type': CONTENT_TYPE,
  };
  if (event.correlationid !== undefined) headers['ce_correlationid'] = event.correlationid;
  if (event.causationid !== undefined) headers['ce_causationid'] = event.causationid;
  if (event.traceparent !== undefined) headers['traceparent'] = event.traceparent;
  for (const name in event.extensions) {
    const value = event.extensions[name];
    if (value !== undefined) headers[extensionHeader(name)] = value;
  }
  const value = JSON.stringify(event.data) as string | undefined;
  if (value === undefined) throw new TypeError(`the data of ${event.type} ${event.id} is no JSON`);
  const { topic, key } = event;
  const message: WireMessage = { topic, partition: event.partition ?? null, key, headers, value };
  return sendable(message, `${event.type} ${event.id}`);
}

function sendable(message: WireMessage, what: string): WireMessage {
  const bytes = sizeOf(message);
  if (bytes <= MAX_EVENT_BYTES) return message;
  throw new EventTooLargeError(
    `${what} has ${bytes} bytes, at most ${MAX_EVENT_BYTES} can be sent`,
  );
}

/**
 * The message itself, where it can be sent as it is.
 * @throws EventTooLargeError; TypeError for a value that is no JSON or a key that holds a NUL
 */
export function forwardable(message: WireMessage): WireMessage {
  const { topic, key, value } = message;
  const problem = forwardProblem(key, value);
  if (problem !== undefined) throw new TypeError(`a message for ${topic}: ${problem}`);
  return sendable(message, `a message for ${topic}`);
}

/** Why a message cannot be sent as it is; undefined when it can. */
export function forwardProblem(key: string, value: string): string | undefined {
  if (key.includes('\0')) return 'its key holds a NUL';
  try {
    JSON.parse(value);
    return undefined;
  } catch {
    return 'its value is no JSON';
  }
}

/** By name, so that each is checked once; there are few, and none comes from outside. */
const extensionHeaders = new Map<string, string>();

/** @throws TypeError */
function extensionHeader(name: string): string {
  const known = extensionHeaders.get(name);
  if (known !== undefined) return known;
  if (!EXTENSION_NAME.test(name) || OWN_ATTRIBUTES.has(name)) {
    throw new TypeError(`'${name}' cannot be a CloudEvents extension`);
  }
  const header = `ce_${name}`;
  extensionHeaders.set(name, header);
  return header;
}

export type Decoded =
  | { readonly event: ReceivedEvent }
  | { readonly undecodable: { readonly code: string; readonly message: string } };

const undecodable = (code: string, message: string): Decoded => ({
  undecodable: { code, message },
});

export function decode(raw: RawMessage): Decoded {
  const headers = textHeaders(raw.headers);
  const { ce_specversion: version, ce_id: id, ce_source: source, ce_type: type } = headers;
  if (version === undefined || !id || !source || !type) {
    return undecodable(
      'not-a-cloud-event',
      'ce_specversion, ce_id, ce_source and ce_type are needed',
    );
  }
  if (version !== '1.0') return undecodable('unknown-specversion', `specversion ${version}`);
  if (raw.value === null) return undecodable('no-data', 'the message has no value');
  let data: unknown;
  try {
    data = JSON.parse(raw.value.toString('utf8'));
  } catch (error) {
    return undecodable('invalid-json', error instanceof Error ? error.message : 'not JSON');
  }
  // each level takes two characters at least, which spares short messages the walk
  if (raw.value.length > 2 * MAX_DEPTH && isDeeperThan(MAX_DEPTH, data)) {
    return undecodable('too-deep', `the data is nested more than ${MAX_DEPTH} levels deep`);
  }
  const key = raw.key?.toString('utf8') ?? '';
  const traceparent = headers['traceparent'] ?? headers['ce_traceparent'];
  const { ce_correlationid: correlationid, ce_causationid: causationid } = headers;
  return {
    event: {
      id,
      source,
      type,
      subject: headers['ce_subject'] ?? key,
      time: headers['ce_time'] ?? timeOf(raw.timestamp),
      data,
      ...(correlationid !== undefined && { correlationid }),
      ...(causationid !== undefined && { causationid }),
      ...(traceparent !== undefined && traceparent.length <= MAX_TRACE && { traceparent }),
      extensions: extensionsOf(headers),
      topic: raw.topic,
      key,
      partition: raw.partition,
      offset: raw.offset,
      headers,
    },
  };
}

const isDeeperThan = (levels: number, data: unknown): boolean =>
  typeof data === 'object' &&
  data !== null &&
  (levels === 0 || Object.values(data).some((inner) => isDeeperThan(levels - 1, inner)));

/** Of those that stand there several times the last one; what is null counts as absent. */
export function textHeaders(
  raw: Readonly<Record<string, RawHeader>> | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in raw) {
    const given = raw[name];
    const value = Array.isArray(given) ? given.at(-1) : given;
    if (typeof value === 'string') headers[name] = value;
    else if (value) headers[name] = value.toString('utf8');
  }
  return headers;
}

function extensionsOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  const extensions: Record<string, string> = {};
  for (const header in headers) {
    if (!header.startsWith('ce_')) continue;
    const name = header.slice(3);
    const value = headers[header];
    if (value !== undefined && !OWN_ATTRIBUTES.has(name)) extensions[name] = value;
  }
  return extensions;
}

const timeOf = (timestamp: string): string => {
  const date = new Date(Number(timestamp));
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
};
