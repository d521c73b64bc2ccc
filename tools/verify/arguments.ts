import { parseArgs } from 'node:util';

export const HELP = `Runs what CI runs: every check of the project.

  npm run verify                 all of them, then all tests with coverage
  npm run verify -- --fast       without the tests that start services
  npm run verify -- --checks     without any tests
  npm run verify -- --proofs     only what takes minutes of the processor: sagas explored, worlds simulated
  npm run verify -- --no-proofs  all but that; also with --fast and --checks
  npm run verify:long            what takes too long for every change: old versions, and whether the
                                 tests notice
  npm run verify -- --help`;

/** Which tests come after the checks; `of-tests` are instead of all else. */
export type Tests = 'all' | 'fast' | 'none' | 'of-tests';

export interface Wanted {
  readonly tests: Tests;
  /** The sagas explored, worlds simulated: they take minutes and nothing but the processor. */
  readonly proofs: 'too' | 'only' | 'not';
}

/** For a mistake in how the command was called. */
export class UsageError extends Error {}

/** Undefined when only help is wanted. @throws UsageError */
export const readArguments = (args: readonly string[]): Wanted | undefined => {
  const { help, fast, checks, proofs, 'no-proofs': noProofs, long } = parse(args);
  if (help) return undefined;
  if (long) return { tests: 'of-tests', proofs: 'too' };
  if (proofs) return { tests: 'none', proofs: 'only' };
  const tests = checks ? 'none' : fast ? 'fast' : 'all';
  return { tests, proofs: noProofs ? 'not' : 'too' };
};

const parse = (args: readonly string[]) => {
  try {
    const flag = { type: 'boolean' } as const;
    const options = {
      fast: flag,
      checks: flag,
      proofs: flag,
      'no-proofs': flag,
      long: flag,
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};
