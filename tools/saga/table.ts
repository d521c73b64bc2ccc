/** Tables that fit a line, and say where something had to be cut. */
import { plain, type Paint, type Tint } from './output.js';

export interface Column {
  readonly title: string;
  /** May be cut where there is no room. Ids are not: they are for copying. */
  readonly flexible?: boolean;
  readonly right?: boolean;
}
export type Cell = string | { readonly text: string; readonly tint: Tint | undefined };

export interface Fitted {
  readonly lines: readonly string[];
  /** Something stands there shortened, and ends with an ellipsis. */
  readonly isCut: boolean;
}

const GAP = 2;
const LEAST = 10;

export function fitTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, paint }: { readonly width: number; readonly paint: Paint },
): Fitted {
  const all = rows.map((row) => columns.map((_, i) => cellOf(row[i] ?? '')));
  const widths = widthsOf(columns, all, width);
  let isCut = false;
  const line = (cells: readonly { text: string; tint?: Tint | undefined }[]): string =>
    cells
      .map(({ text, tint }, i) => {
        const room = widths[i] ?? 0;
        const shown = cut(text, room);
        if (shown !== text) isCut = true;
        const space = ' '.repeat(Math.max(0, room - widthOf(shown)));
        const painted = paint(tint, shown);
        return columns[i]?.right ? space + painted : painted + space;
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const head = line(columns.map(({ title }) => ({ text: title, tint: 'dim' })));
  return { lines: [head, ...all.map(line)], isCut };
}

const cellOf = (cell: Cell) =>
  typeof cell === 'string' ? { text: plain(cell) } : { ...cell, text: plain(cell.text) };

/** The widest that may be are made narrower until all of it fits, or nothing can be. */
function widthsOf(
  columns: readonly Column[],
  rows: readonly (readonly { text: string }[])[],
  width: number,
): number[] {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => widthOf(row[i]?.text ?? ''))),
  );
  let over = widths.reduce((sum, one) => sum + one, GAP * (columns.length - 1)) - width;
  for (; over > 0; over -= 1) {
    const widest = columns.reduce((found, { flexible }, i) => {
      const mayShrink = flexible === true && (widths[i] ?? 0) > LEAST;
      return mayShrink && (widths[i] ?? 0) > (widths[found] ?? 0) ? i : found;
    }, -1);
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

// What terminals set two columns wide, as far as names and addresses have it.
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

export const widthOf = (text: string): number => {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
};

export function cut(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  let kept = '';
  let width = 1;
  for (const character of text) {
    width += widthOf(character);
    if (width > room) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** Words in lines of so many columns; a word that is longer has a line of its own. */
export function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
