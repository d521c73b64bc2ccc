import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isKeyOf, keyIdIn, newApiKey, withoutKeys } from './api-key.js';
import { runtime } from './runtime.js';

const MERCHANT_ID = '0f5c2b7a91d3e846';

describe('an API key', () => {
  it('says its kind and its id, and is known by its hash alone', () => {
    const keyId = runtime.uuid();
    const { apiKey, hash } = newApiKey('sk', keyId);
    expect(apiKey).toMatch(new RegExp(`^sk_${keyId}_[\\w-]{43}$`));
    expect(hash).toBe(createHash('sha256').update(apiKey).digest('hex'));
    expect(keyIdIn('sk', apiKey)).toBe(keyId);
    expect(isKeyOf(apiKey, hash)).toBe(true);
    expect(newApiKey('sk', keyId).apiKey).not.toBe(apiKey);
  });

  it('is another one with any character changed', () => {
    const { apiKey, hash } = newApiKey('mk', MERCHANT_ID);
    const last = apiKey.endsWith('a') ? 'b' : 'a';
    expect(isKeyOf(`${apiKey.slice(0, -1)}${last}`, hash)).toBe(false);
    expect(isKeyOf('', hash)).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['another kind', newApiKey('mk', MERCHANT_ID).apiKey],
    ['an id that is no UUID', newApiKey('sk', MERCHANT_ID).apiKey],
    ['two keys', `${newApiKey('sk', runtime.uuid()).apiKey}, x`],
    ['a secret that is too short', newApiKey('sk', runtime.uuid()).apiKey.slice(0, -1)],
    ['a line more', `${newApiKey('sk', runtime.uuid()).apiKey}\n`],
  ])('is none that could be looked for: %s', (_, text) => {
    expect(keyIdIn('sk', text)).toBeUndefined();
  });

  it('is not shown, whole or cut off, wherever it stands', () => {
    const keyId = runtime.uuid();
    const { apiKey } = newApiKey('sk', keyId);
    const merchant = newApiKey('mk', MERCHANT_ID).apiKey;
    const shown = withoutKeys(`{"url":"/a?key=${apiKey}&b=${merchant.slice(0, -20)}","n":1}`);
    expect(shown).toBe(`{"url":"/a?key=sk_${keyId}_[secret]&b=mk_${MERCHANT_ID}_[secret]","n":1}`);
    expect(withoutKeys('task_1 and mk_no')).toBe('task_1 and mk_no');
  });
});
