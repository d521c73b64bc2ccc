import { describe, expect, it } from '@jest/globals';
import { Sealer, UnsealError } from './sealer.js';

const key = Buffer.alloc(32, 7).toString('base64');

describe('Sealer', () => {
  it('opens what it sealed, and never seals twice alike', () => {
    const sealer = new Sealer(key);
    const sealed = sealer.seal('tok_ok ✓');
    expect(sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]+$/);
    expect(sealed).not.toContain('tok_ok');
    expect(new Sealer(key).open(sealed)).toBe('tok_ok ✓');
    expect(sealer.seal('tok_ok ✓')).not.toBe(sealed);
    expect(sealer.open(sealer.seal(''))).toBe('');
  });

  it('never uses an iv twice', () => {
    const sealer = new Sealer(key);
    const ivs = Array.from({ length: 2000 }, () => sealer.seal('x').split('.')[1]);
    expect(new Set(ivs).size).toBe(2000);
  });

  it('refuses what was changed, cut short or sealed with another key', () => {
    const sealer = new Sealer(key);
    const [version, iv, content] = sealer.seal('tok_ok').split('.') as [string, string, string];
    const bytes = Buffer.from(content, 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const text = `${version}.${iv}.${changed.toString('base64url')}`;
      expect(() => sealer.open(text)).toThrow(UnsealError);
    }
    const short = bytes.subarray(0, bytes.length - 4).toString('base64url');
    const odd = [
      '',
      'v1',
      `v2.${iv}.${content}`,
      `${version}.${iv}.${short}`,
      `${version}..${content}`,
    ];
    for (const text of [...odd, `${version}.${iv}.${content}.x`, `${version}.${iv}.`]) {
      expect(() => sealer.open(text)).toThrow(UnsealError);
    }
    const other = new Sealer(Buffer.alloc(32, 8).toString('base64'));
    expect(() => other.open(`${version}.${iv}.${content}`)).toThrow(UnsealError);
  });

  it('refuses a key of another length', () => {
    expect(() => new Sealer(Buffer.alloc(16).toString('base64'))).toThrow(RangeError);
  });
});
