import { parseArgs } from 'node:util';

export const HELP = `Runs what CI runs: every check of the project, one after the other.

  npm run verify                 all of them, then all tests with coverage
  npm run verify -- --fast       without the tests that start services
  npm run verify -- --checks     without any tests
  npm run verify:long            what takes too long for every change: old versions, and whether the
                                 tests notice
  npm run verify -- --help`;

/** Which tests come after the checks; `of-tests` are instead of all else. */
export type Tests = 'all' | 'fast' | 'none' | 'of-tests';

/** For a mistake in how the command was called. */
export class UsageError extends Error {}

/** Undefined when only help is wanted. @throws UsageError */
export const readArguments = (args: readonly string[]): { tests: Tests } | undefined => {
  const { help, fast, checks, long } = parse(args);
  if (help) return undefined;
  if (long) return { tests: 'of-tests' };
  if (checks) return { tests: 'none' };
  return { tests: fast ? 'fast' : 'all' };
};

const parse = (args: readonly string[]) => {
  try {
    const flag = { type: 'boolean' } as const;
    const options = {
      fast: flag,
      checks: flag,
      long: flag,
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};
