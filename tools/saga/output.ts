/** What is written for people and scripts. */
import { styleText } from 'node:util';

export type Tint = 'red' | 'yellow' | 'green' | 'cyan' | 'dim' | 'bold';
export type Paint = (tint: Tint | undefined, text: string) => string;

/** Colours only where somebody looks, and never where NO_COLOR says so (https://no-color.org). */
export const paintFor = (isTty: boolean, noColor: string | undefined): Paint =>
  isTty && !noColor
    ? (tint, text) => (tint === undefined ? text : styleText(tint, text, { validateStream: false }))
    : (_, text) => text;

export const paint: Paint = paintFor(process.stdout.isTTY, process.env['NO_COLOR']);

/** Columns of the terminal; of a pipe or a file 100. */
export const lineWidth = (): number => (process.stdout.isTTY && process.stdout.columns) || 100;

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const printJson = (value: unknown): void => print(JSON.stringify(value));

/** For people beside the answer: never mixed with what a script reads. */
export const remark = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Whoever reads may have seen enough: `| head`. Then there is nobody left to write for. */
export function endWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** Text from elsewhere on one line: it must not steer the terminal, nor break a table. */
export const plain = (text: string): string => text.replace(CONTROLS, ' ').trim();
