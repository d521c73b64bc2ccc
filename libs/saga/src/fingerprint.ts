/**
 * A short mark of a JSON value: the same for equal values, in whatever order their fields stand, and
 * another one for others, but once in 2^64. It is FNV-1a of 64 bits over the value's text: it tells
 * changed code from unchanged and withstands nobody, so it needs no crypto, which the core may not have.
 */
export const fingerprint = (value: unknown): string => {
  const text = canonicalJson(value);
  // In two halves of 32 bits: a product of 64 needs a BigInt, which takes many times as long.
  let [high, low] = [0xcbf29ce4, 0x84222325];
  for (let at = 0; at < text.length; at += 1) {
    low = (low ^ text.charCodeAt(at)) >>> 0;
    const product = low * 0x1b3;
    // The prime is 2^40 + 0x1b3.
    high = (high * 0x1b3 + Math.floor(product / 2 ** 32) + low * 2 ** 8) >>> 0;
    low = product >>> 0;
  }
  return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
};

/** As `JSON.stringify`, with the fields of each object in the order of their names. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (isRecord(inner) ? inOrder(inner) : inner)) ?? '';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const inOrder = (record: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(record)
      .toSorted()
      .map((name) => [name, record[name]]),
  );
