import { describe, expect, it } from '@jest/globals';
import { csvOf, prefersCsv } from './csv.js';

describe('CSV', () => {
  it('has a header, and keeps texts from being formulas', () => {
    expect(csvOf(['a', 'b'], [{ b: '=1', a: -5 }])).toBe("a,b\r\n-5,'=1\r\n");
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
