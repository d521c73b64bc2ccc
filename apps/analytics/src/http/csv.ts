/** Tables as RFC 4180 has them, for whoever opens them with a spreadsheet. */
import { csvRow, type CsvValue } from '#platform';

/** @param columns names of members, which are the header as well */
export function csvOf<Column extends string>(
  columns: readonly Column[],
  rows: readonly Readonly<Record<Column, CsvValue>>[],
): string {
  return [columns, ...rows.map((row) => columns.map((name) => row[name]))].map(csvRow).join('');
}

/**
 * Whether somebody would rather have CSV than JSON (RFC 9110, `Accept`). What stands as high as JSON
 * stays JSON.
 */
export function prefersCsv(accept: string | undefined): boolean {
  const ranges = (accept ?? '').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    return { type, quality: Number.isNaN(quality) ? 0 : quality };
  });
  const qualityOf = (type: string, group: string): number =>
    [type, group, '*/*']
      .map((wanted) => ranges.find((range) => range.type === wanted)?.quality)
      .find((quality) => quality !== undefined) ?? 0;
  return qualityOf('text/csv', 'text/*') > qualityOf('application/json', 'application/*');
}
