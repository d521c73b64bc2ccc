import { describe, expect, it } from '@jest/globals';
import { csvRow } from './csv.js';

describe('a row of CSV', () => {
  it('quotes what would end a cell', () => {
    expect(csvRow(['tea, "green"', 'two\nlines', 'two\rlines', 'plain'])).toBe(
      '"tea, ""green""","two\nlines","two\rlines",plain\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx'])('keeps %j from being a formula', (text) => {
    expect(csvRow([text])).toBe(`'${text}\r\n`);
  });

  it.each(['\r=1', '\n=1'])('keeps %j from being a formula, and quotes it', (text) => {
    expect(csvRow([text])).toBe(`"'${text}"\r\n`);
  });

  it('has numbers as they are, and nothing for nothing', () => {
    expect(csvRow([-5, { decimal: '-12.34' }, 0, null, undefined, ''])).toBe('-5,-12.34,0,,,\r\n');
    expect(csvRow([])).toBe('\r\n');
  });
});
