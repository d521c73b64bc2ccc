import { describe, expect, it } from '@jest/globals';
import { parseCsv, parseTable } from './csv.js';

describe('parseCsv', () => {
  it.each([
    [
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,b\r\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['"a, with comma",b', [['a, with comma', 'b']]],
    ['"FRAME 7"" SIZE ",b', [['FRAME 7" SIZE ', 'b']]],
    [
      '"two\nlines",b\nc,d',
      [
        ['two\nlines', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'a,,\n,b,',
      [
        ['a', '', ''],
        ['', 'b', ''],
      ],
    ],
    ['"",x', [['', 'x']]],
    ['a\n\nb\n', [['a'], ['b']]],
    ['', []],
    ['\uFEFFa,b', [['a', 'b']]],
  ])('reads %j', (text, rows) => {
    expect(parseCsv(text)).toEqual(rows);
  });

  it.each([
    ['a,b\n"c,d', 2],
    ['a,b"c,d', 1],
    ['a\n"x"y,b', 2],
  ])('refuses %j in line %i', (text, line) => {
    expect(() => parseCsv(text)).toThrow(`line ${line}: a quote out of place`);
  });
});

describe('parseTable', () => {
  it('names the fields by the first row', () => {
    expect(parseTable('id,name\n1,x\n2')).toEqual([
      { id: '1', name: 'x' },
      { id: '2', name: '' },
    ]);
  });
});
