import { describe, expect, it } from '@jest/globals';
import { canonicalJson, fingerprint } from './fingerprint.js';

/** The published definition, over the bytes of a text of ASCII. */
const fnv1a = (text: string): string => {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
};

describe('a fingerprint', () => {
  it.each([
    [undefined, 'cbf29ce484222325'],
    [1, 'af63ac4c86019afc'],
  ])('is the published FNV-1a of the text: %j', (value, mark) => {
    expect(fingerprint(value)).toBe(mark);
  });

  it('is that for texts of any length, always of 16 digits', () => {
    for (let length = 0; length < 300; length += 1) {
      const value = Array.from({ length }, (_, at) => (at * 7919) % 1009);
      expect(fingerprint(value)).toBe(fnv1a(JSON.stringify(value)));
    }
  });

  it('is the same for the same fields in another order, at any depth', () => {
    const one = { a: 1, b: [{ c: null, d: 'x' }], e: { f: 1.5, g: false } };
    const other = { e: { g: false, f: 1.5 }, b: [{ d: 'x', c: null }], a: 1, h: undefined };
    expect(fingerprint(one)).toBe(fingerprint(other));
    expect(canonicalJson(other)).toBe('{"a":1,"b":[{"c":null,"d":"x"}],"e":{"f":1.5,"g":false}}');
  });

  it.each([
    [{ amount: 500 }, { amount: 501 }],
    [{ amount: 500 }, { amount: '500' }],
    [{ amount: 500 }, { total: 500 }],
    [{ amount: 500 }, { amount: 500, currency: 'GBP' }],
    [
      [1, 2],
      [2, 1],
    ],
    [[], {}],
    [{ name: 'Zoë' }, { name: 'Zoe' }],
    [null, undefined],
  ])('is another one for another value: %j and %j', (one, other) => {
    expect(fingerprint(one)).not.toBe(fingerprint(other));
  });
});
