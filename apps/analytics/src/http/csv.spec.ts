import { describe, expect, it } from '@jest/globals';
import { csvOf, prefersCsv } from './csv.js';

describe('CSV', () => {
  it('quotes what would end a cell, and keeps texts from being formulas', () => {
    const value = (text: string | number | null) => csvOf(['a'], [{ a: text }]);
    expect(value('tea, "green"')).toBe('a\r\n"tea, ""green"""\r\n');
    expect(value('two\nlines')).toBe('a\r\n"two\nlines"\r\n');
    for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '\tx']) {
      expect(value(formula)).toBe(`a\r\n'${formula}\r\n`);
    }
    expect(value('\r=1')).toBe(`a\r\n"'\r=1"\r\n`);
    expect(value(-5)).toBe('a\r\n-5\r\n');
    expect(value(null)).toBe('a\r\n\r\n');
    expect(csvOf(['a', 'b'], [])).toBe('a,b\r\n');
  });

  it.each<[string | undefined, boolean]>([
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['text/csv', true],
    ['TEXT/CSV; charset=utf-8', true],
    ['text/*', true],
    ['text/html,application/xhtml+xml,*/*;q=0.8', false],
    ['application/json;q=0.5, text/csv', true],
    ['application/json, text/csv', false],
    ['text/csv;q=0', false],
    ['text/csv;q=none', false],
  ])('is given to who accepts %j: %s', (accept, expected) => {
    expect(prefersCsv(accept)).toBe(expected);
  });
});
