/**
 * Comma separated values as spreadsheets write them (RFC 4180): fields may be quoted, and a quoted
 * field may hold commas, line breaks, and quotes written twice.
 * @throws Error naming the line of a quote that is never closed, or that stands inside a field.
 */
export const parseCsv = (text: string): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  let lineNumber = 1;
  // One field with what ends it; a quoted one is tried first. The text ends where neither matches.
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  while (field.lastIndex < source.length) {
    const match = field.exec(source);
    if (match === null) throw new Error(`line ${lineNumber}: a quote out of place`);
    const [whole, quoted, plain = '', end] = match;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    lineNumber += whole.split('\n').length - 1;
    if (end === ',') {
      // A comma at the very end still has an empty field behind it.
      if (field.lastIndex === source.length) row.push('');
      else continue;
    }
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
};

/** Rows as objects by the names in the first row. Missing fields are empty. */
export const parseTable = (text: string): Record<string, string>[] => {
  const [names = [], ...rows] = parseCsv(text);
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? ''])));
};
