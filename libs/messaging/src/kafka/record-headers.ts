/**
 * Cures how kafkajs 2.2.4 reads the headers of a message: it copies what it has with each further
 * one, so that 10,000 headers (130 kB) held up the process for a minute, lost it its partitions, and
 * were fetched anew. The copying is in a function that nobody can replace; what that function goes
 * through is given here with a `reduce` of its own.
 *
 * The class is not public. When it is not where it was, everything stays as it is.
 */
import { createRequire } from 'node:module';

type HeaderValue = Buffer | null;
interface Header {
  readonly key: string;
  readonly value: HeaderValue;
}
type Headers = Record<string, HeaderValue | HeaderValue[]>;

interface Decoder {
  readVarIntArray(reader: (decoder: Decoder) => Header): Header[];
}

const CURED = Symbol('cured');

/** @returns whether the decoder is cured, now or before */
export function cureRecordHeaders(): boolean {
  const prototype = decoderClass()?.prototype;
  if (typeof prototype?.readVarIntArray !== 'function') return false;
  if (CURED in prototype) return true;
  const read = prototype.readVarIntArray;
  // nothing but the headers of a record is such a list
  prototype.readVarIntArray = function (this: Decoder, reader): Header[] {
    const headers = read.call(this, reader);
    return Object.defineProperty(headers, 'reduce', { value: () => byName(headers) });
  };
  Object.defineProperty(prototype, CURED, { value: true });
  return true;
}

/** Own properties only, whatever the names: a header may be called `__proto__`. */
function byName(headers: readonly Header[]): Headers {
  const values = new Map<string, HeaderValue | HeaderValue[]>();
  for (const { key, value } of headers) {
    const before = values.get(key);
    if (before === undefined) values.set(key, value);
    else if (Array.isArray(before)) before.push(value);
    else values.set(key, [before, value]);
  }
  return Object.fromEntries(values);
}

function decoderClass(): { readonly prototype: Decoder } | undefined {
  try {
    const load = createRequire(import.meta.url);
    return load('kafkajs/src/protocol/decoder.js') as { readonly prototype: Decoder };
  } catch {
    return undefined;
  }
}
