/** The mutants that no test notices, held against the list of those that may live, and why. */
import { z } from 'zod';

/** By what it says and not by its place, which moves; text is compared without its line breaks. */
const survivor = z.strictObject({
  file: z.string(),
  /** What Stryker calls the kind of change. */
  mutator: z.string(),
  /** The line on which it begins, since `original` may be short and stand in many places. */
  line: z.string(),
  original: z.string(),
  replacement: z.string(),
});

/** One mutant, and why nobody could notice it. */
export const explained = z.array(z.strictObject({ ...survivor.shape, reason: z.string().min(1) }));

/** Of the report that Stryker writes. */
export const report = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          mutatorName: z.string(),
          replacement: z.string().default(''),
          status: z.string(),
          location: z.object({ start: z.object(place()), end: z.object(place()) }),
        }),
      ),
    }),
  ),
});

/** Counted from 1. */
function place() {
  return { line: z.int().positive(), column: z.int().positive() };
}

export type Survivor = z.infer<typeof survivor>;
export type Explained = z.infer<typeof explained>[number];
export type Report = z.infer<typeof report>;

export interface Unsettled {
  /** Survive without a reason. */
  readonly unexplained: readonly Survivor[];
  /** Are explained and do not survive, in a file that the report is about. */
  readonly outdated: readonly Explained[];
}

const ALIVE: ReadonlySet<string> = new Set(['Survived', 'NoCoverage']);

export const survivorsOf = ({ files }: Report): Survivor[] =>
  Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => ALIVE.has(status))
      .map(({ mutatorName: mutator, replacement, location: { start, end } }) => {
        const lines = source.split('\n').slice(start.line - 1, end.line);
        const [line = ''] = lines;
        lines.push((lines.pop() ?? '').slice(0, end.column - 1));
        const original = lines.join('\n').slice(start.column - 1);
        return { file, mutator, line, original, replacement };
      })
      .map((one) => ({
        ...one,
        line: oneLine(one.line),
        original: oneLine(one.original),
        replacement: oneLine(one.replacement),
      })),
  );

export const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** Each entry explains one mutant: what survives twice is listed twice. */
export const unsettled = (found: Report, listed: readonly Explained[]): Unsettled => {
  const left = listed.filter(({ file }) => Object.hasOwn(found.files, file));
  const unexplained = survivorsOf(found).filter((one) => {
    const index = left.findIndex((entry) => keyOf(entry) === keyOf(one));
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  return { unexplained, outdated: left };
};

const keyOf = ({ file, mutator, line, original, replacement }: Survivor): string =>
  JSON.stringify([file, mutator, line, original, replacement]);
