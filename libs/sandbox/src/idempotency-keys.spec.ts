import { describe, expect, it } from '@jest/globals';
import { DAY_MS, IdempotencyKeys, fingerprintOf } from './idempotency-keys.js';

const answered = (key: string, fingerprint: string, atMs: number) =>
  ({ kind: 'answered', key, fingerprint, atMs, status: 200, body: '{}' }) as const;

describe('idempotency keys', () => {
  it('answer a repetition, refuse another request, and know nothing of other keys', () => {
    const keys = new IdempotencyKeys();
    keys.remember(answered('k', 'a', 0));
    expect(keys.find('k', 'a', 1)).toMatchObject({ status: 200, body: '{}' });
    expect(keys.find('k', 'b', 1)).toBe('conflict');
    expect(keys.find('other', 'a', 1)).toBeUndefined();
  });

  it('are forgotten after a day, the oldest first', () => {
    const keys = new IdempotencyKeys();
    keys.remember(answered('old', 'a', 0));
    keys.remember(answered('young', 'a', 10));
    expect(keys.find('old', 'a', DAY_MS - 1)).toBeDefined();
    expect(keys.find('old', 'a', DAY_MS)).toBeUndefined();
    expect(keys.find('young', 'a', DAY_MS)).toBeDefined();
  });

  it('tell requests apart by endpoint and parameters, not by the order of their names', () => {
    const one = fingerprintOf('POST /a', { x: 1, y: { b: 1, a: [1, 2] } });
    expect(fingerprintOf('POST /a', { y: { a: [1, 2], b: 1 }, x: 1 })).toBe(one);
    expect(fingerprintOf('POST /b', { x: 1, y: { b: 1, a: [1, 2] } })).not.toBe(one);
    expect(fingerprintOf('POST /a', { x: 1, y: { b: 1, a: [2, 1] } })).not.toBe(one);
  });
});
