/** Messages as they lie in the outbox and as the Kafka client hands them over. */

/** An encoded event. `topic` is still the logical name; the publisher adds the prefix. */
export interface WireMessage {
  readonly topic: string;
  /** Null: chosen by the key. */
  readonly partition: number | null;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
}

/** A message as it was fetched, with its logical topic. */
export interface RawMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** Epoch milliseconds, set by the producer. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, RawHeader>> | undefined;
}

/** Kafka's headers may be null, and may stand there several times. */
export type RawHeader = Buffer | string | null | (Buffer | string | null)[] | undefined;

/**
 * The broker refuses record batches above 1 MiB (`message.max.bytes`), and everything that one
 * request sends to one partition is one such batch. Keys, headers and framing need the rest.
 */
export const MAX_EVENT_BYTES = 900_000;

/** Of a record and of each of its headers: lengths, counts and times around the texts, at most. */
const RECORD_FRAMING = 32;
const HEADER_FRAMING = 8;

/** What a message takes in a record batch in bytes, at most; hardly more than it does. */
export const sizeOf = (message: WireMessage): number => {
  let bytes = RECORD_FRAMING + Buffer.byteLength(message.key) + Buffer.byteLength(message.value);
  for (const name in message.headers) {
    const value = message.headers[name] ?? '';
    bytes += HEADER_FRAMING + Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return bytes;
};
