import { describe, expect, it } from '@jest/globals';
import { asJson } from './json.js';

describe('a value that was kept as JSON', () => {
  it.each([
    ['text, numbers and nothing', ['a', 0, -1.5, true, false, null, '']],
    ['numbers that JSON has no word for', [Number.NaN, Number.POSITIVE_INFINITY]],
    ['nested objects', { a: { b: [{ c: 1 }, []] }, d: {} }],
    ['fields that are not given', { a: undefined, b: [undefined], c: null }],
    ['moments', { at: new Date(1_700_000_000_000), all: [new Date(0)] }],
  ])('comes back as JSON has it: %s', (_, value) => {
    expect(asJson<unknown>(value)).toStrictEqual(JSON.parse(JSON.stringify(value)));
  });

  it('shares nothing that could change', () => {
    const value = { lines: [{ quantity: 1 }] };
    const kept = asJson(value);
    for (const line of value.lines) line.quantity = 2;
    expect(kept).toStrictEqual({ lines: [{ quantity: 1 }] });
  });
});
