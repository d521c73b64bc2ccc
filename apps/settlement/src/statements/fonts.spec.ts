/** Promises attacked here: any name can be written, and what no font has is said to be missing. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { create, type Font } from 'fontkit';
import { fontOf, isWritable, runsOf, type Script } from './fonts.js';

const written = (text: string): string =>
  runsOf(text)
    .map((run) => run.text)
    .join('');

describe('the fonts of statements', () => {
  it.each(['The Tea Shop', 'Żółw & Söhne', 'Чай', '株式会社 茶の木ショップ', 'Tea 茶 Чай №1'])(
    'write %s as it is',
    (name) => {
      expect(written(name)).toBe(name);
      expect(isWritable(name)).toBe(true);
    },
  );

  it.each([
    ['شاي', '[U+0634][U+0627][U+064A]'],
    ['Tea 🍵', 'Tea [U+1F375]'],
    ['a\nb', 'a[U+000A]b'],
    ['a\u202eb', 'a[U+202E]b'],
    ['Café', 'Café'],
    ['\ud800', '[U+D800]'],
  ])('say what they cannot write: %j', (name, text) => {
    expect(written(name)).toBe(text);
    expect(isWritable(name)).toBe(text === name.normalize('NFC'));
  });

  it('write every part in a font that has all of it', () => {
    const opened = new Map<Script, Font>();
    const font = (script: Script): Font => {
      const known = opened.get(script) ?? (create(fontOf(script)) as Font);
      opened.set(script, known);
      return known;
    };
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (name) => {
        for (const { script, text } of runsOf(name)) {
          for (const character of text) {
            const codePoint = character.codePointAt(0) ?? 0;
            expect(font(script).hasGlyphForCodePoint(codePoint)).toBe(true);
          }
        }
      }),
    );
  });
});
