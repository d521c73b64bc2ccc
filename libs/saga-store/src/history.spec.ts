import { describe, expect, it } from '@jest/globals';
import { forJsonb } from './history.js';

describe('JSON for jsonb', () => {
  it('shows what jsonb refuses as unknown, and leaves all else', () => {
    const odd = { nul: 'a\0b', half: '\ud83d!', other: '\udc00' };
    const shown = { nul: 'a\ufffdb', half: '\ufffd!', other: '\ufffd' };
    expect(JSON.parse(forJsonb(JSON.stringify(odd)))).toEqual(shown);
    const plain = { text: 'C:\\u0000 "q" \n \u0001 \u{1f600}', slashes: '\\\\u0000', é: 1 };
    expect(JSON.parse(forJsonb(JSON.stringify(plain)))).toEqual(plain);
  });
});
