import { describe, expect, it } from '@jest/globals';
import { checkedKey, checkedTrace } from './request-headers.js';

describe('headers', () => {
  it('takes keys of 1 to 255 visible ASCII characters', () => {
    expect(checkedKey(undefined)).toBeUndefined();
    expect(checkedKey('a-1')).toBe('a-1');
    expect(checkedKey('k'.repeat(255))).toHaveLength(255);
    for (const bad of ['', ' ', 'a b', 'k'.repeat(256), 'ключ', 'a\tb', 'a, b']) {
      expect(() => checkedKey(bad)).toThrow('Idempotency-Key: must be 1 to 255');
    }
  });

  it('leaves a broken trace context out', () => {
    const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    expect(checkedTrace(trace)).toBe(trace);
    for (const bad of [undefined, '', 'x', `${trace}-x`, trace.toUpperCase()]) {
      expect(checkedTrace(bad)).toBeUndefined();
    }
  });
});
