import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cursorOfText, pageOf, textOfCursor } from './text-cursor.js';

describe('the cursor of a list', () => {
  it('holds the text it was made of', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ._:+-]{0,63}$/), (text) => {
        const cursor = cursorOfText(text);
        expect(cursor).toMatch(/^[\w-]{1,128}$/);
        expect(textOfCursor(cursor)).toBe(text);
      }),
    );
  });

  it.each(['A', 'YQ==', 'YR', '_w', 'AA', 'a b'])('is not %p', (cursor) => {
    expect(() => textOfCursor(cursor)).toThrow('cursor: must be the nextCursor');
  });

  it('is given while there is more, and leads on from the last that was shown', () => {
    const same = (text: string): string => text;
    expect(pageOf(['a', 'b', 'c'], 2, same)).toEqual({
      items: ['a', 'b'],
      nextCursor: cursorOfText('b'),
    });
    expect(pageOf(['a', 'b'], 2, same)).toEqual({ items: ['a', 'b'] });
    expect(pageOf([], 2, same)).toEqual({ items: [] });
  });
});
