/** What many runs of the simulator came to together, kept in a file from one run to the next. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { UsageError } from './arguments.js';
import { emptySummary, merge, type Summary } from './summary.js';

/** One run of seeds without a gap. */
export interface TallySlice {
  readonly from: number;
  readonly seeds: number;
  /** The commit that the simulated code was built from. */
  readonly commit: string;
  /** Of the wall clock. */
  readonly seconds: number;
}

export interface Tally {
  readonly slices: readonly TallySlice[];
  readonly summary: Summary;
}

const nothing = (): Tally => ({ slices: [], summary: emptySummary() });

/** An empty one when there is no such file. @throws for a file that is no tally */
export const readTally = (file: string): Tally => {
  if (!existsSync(file)) return nothing();
  const { slices, summary } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Tally>;
  if (!Array.isArray(slices) || typeof summary?.seeds !== 'number') {
    throw new Error(`${file} is not a tally of simulated worlds`);
  }
  const whole = emptySummary();
  // Situations and faults may have been added since.
  merge(whole, summary);
  return { slices, summary: whole };
};

/** The first seed that none of its runs has begun. */
export const nextSeedOf = ({ slices }: Tally): number =>
  Math.max(1, ...slices.map(({ from, seeds }) => from + seeds));

/** @throws UsageError for seeds that are in it already: they would count twice */
export const addSlice = (tally: Tally, slice: TallySlice, summary: Summary): Tally => {
  const last = ({ from, seeds }: TallySlice): number => from + seeds - 1;
  const twice = tally.slices.find((one) => one.from <= last(slice) && slice.from <= last(one));
  if (twice) {
    throw new UsageError(
      `seeds ${slice.from} to ${last(slice)} are not added: ${twice.from} to ${last(twice)} are in the ` +
        'tally already, by another run that goes on beside this one, or by --from',
    );
  }
  const whole = emptySummary();
  merge(whole, tally.summary);
  merge(whole, summary);
  return { slices: [...tally.slices, slice], summary: whole };
};

/** Whole or not at all, whatever ends this process. */
export const writeTally = (file: string, tally: Tally): void => {
  writeFileSync(`${file}.new`, `${JSON.stringify(tally, null, 2)}\n`);
  renameSync(`${file}.new`, file);
};
