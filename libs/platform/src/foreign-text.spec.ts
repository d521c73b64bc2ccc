import { describe, expect, it } from '@jest/globals';
import { plainCode, storableText } from './foreign-text.js';

describe('what others have written', () => {
  it('is stored without NUL and halves of characters, which it may have and a cut may leave', () => {
    expect(storableText('a\0b\ud83d', 10)).toBe('a\ufffdb\ufffd');
    expect(storableText('ab\u{1f600}', 3)).toBe('ab\ufffd');
    expect(storableText('Kōbe', 10)).toBe('Kōbe');
  });

  it('is a plain code, however it looked', () => {
    expect(plainCode('card_declined')).toBe('card_declined');
    expect(plainCode('a b\0é')).toBe('a?b??');
    expect(plainCode('x'.repeat(100))).toHaveLength(64);
  });
});
