import { describe, expect, it } from '@jest/globals';
import { paintFor, plain } from './output.js';
import { cut, fitTable, widthOf, wrap } from './table.js';

const paint = paintFor(false, undefined);
const columns = [{ title: 'ID' }, { title: 'N', right: true }, { title: 'WHY', flexible: true }];

describe('a table', () => {
  it('has its columns one under the other', () => {
    const { lines, isCut } = fitTable(
      columns,
      [
        ['a', '5', 'x'],
        ['abc', '10', 'yy'],
      ],
      { width: 100, paint },
    );
    expect(lines).toEqual(['ID    N  WHY', 'a     5  x', 'abc  10  yy']);
    expect(isCut).toBe(false);
  });

  it('cuts what may be cut, never an id, and says so', () => {
    const id = 'i'.repeat(36);
    const { lines, isCut } = fitTable(columns, [[id, '1', 'why '.repeat(30)]], {
      width: 60,
      paint,
    });
    expect(isCut).toBe(true);
    expect(lines[1]).toContain(id);
    expect(lines[1]?.endsWith('…')).toBe(true);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(60);
  });

  it('leaves what nobody can read out of narrow columns no smaller than that', () => {
    const { lines } = fitTable(columns, [['i'.repeat(36), '1', 'w'.repeat(20)]], {
      ...{ width: 20, paint },
    });
    expect(lines[1]).toContain(`${'w'.repeat(9)}…`);
  });

  it('is not thrown out of line by wide letters, colours, or what would steer a terminal', () => {
    const colours = paintFor(true, undefined);
    const { lines } = fitTable(
      [{ title: 'A' }, { title: 'B' }],
      [
        ['注文', 'x'],
        [{ text: 'ab\u001b[2J', tint: 'red' }, 'y'],
      ],
      { width: 100, paint: colours },
    );
    expect(lines[1]).toBe('注文    x');
    expect(lines[2]).toBe('\u001b[31mab [2J\u001b[39m  y');
  });
});

describe('text', () => {
  it('is cut at its room, wide letters counted as two', () => {
    expect(cut('abcdef', 6)).toBe('abcdef');
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('注文注文', 5)).toBe('注文…');
  });

  it('is wrapped between words', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('elephantine a', 4)).toEqual(['elephantine', 'a']);
    expect(wrap('', 4)).toEqual(['']);
  });

  it('loses what steers a terminal, or turns lines around', () => {
    expect(plain('a\nb\u001b[31mc\u202ed')).toBe('a b [31mc d');
  });

  it('has no colours where nobody looks, nor where they are not wanted', () => {
    expect(paintFor(false, undefined)('red', 'x')).toBe('x');
    expect(paintFor(true, '1')('red', 'x')).toBe('x');
    expect(paintFor(true, '')('red', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(paintFor(true, undefined)(undefined, 'x')).toBe('x');
  });
});
