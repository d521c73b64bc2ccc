import { parseArgs } from 'node:util';

export const HELP = `The contracts: whether they are compatible with all that was released of them, and what they are.

  npm run contracts -- check             every message and topic against its released snapshots; fails when
                                         one breaks, or has changed and has no snapshot
  npm run contracts -- diff              what has changed since the released snapshots, field by field
  npm run contracts -- release           adds snapshots of what has changed compatibly
  npm run contracts -- docs              writes docs/contracts: an AsyncAPI 3.0 document and a page to read
  npm run contracts -- docs --check      changes nothing, and fails when they are out of date

  --from REF   of diff: the snapshots as they were at a commit, branch or tag (default: released, those here)
  --json       of check and diff: for scripts
  --help

Exit status: 0 fine, 1 something is wrong with the contracts, 2 wrong usage. docs/CONTRACTS.md explains the rules.`;

export const COMMANDS = ['check', 'diff', 'release', 'docs'] as const;
export type Command = (typeof COMMANDS)[number];

export interface Arguments {
  readonly command: Command;
  readonly json: boolean;
  readonly check: boolean;
  /** A git ref; undefined for the snapshots of this checkout. */
  readonly from: string | undefined;
}

/** For a mistake in how the command was called. */
export class UsageError extends Error {}

/** Undefined when only help is wanted. @throws UsageError */
export function readArguments(args: readonly string[]): Arguments | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [word, ...more] = positionals;
  const command = COMMANDS.find((one) => one === word);
  const known = `known are ${COMMANDS.join(', ')}; --help tells more`;
  if (word === undefined) throw new UsageError(`a command is needed; ${known}`);
  if (command === undefined) throw new UsageError(`there is no '${word}'; ${known}`);
  if (more.length > 0) throw new UsageError(`one command at a time, not also '${more.join(' ')}'`);
  const { json = false, check = false, from = 'released' } = values;
  if (json && command !== 'check' && command !== 'diff') {
    throw new UsageError(`'${command}' has nothing to say as JSON`);
  }
  if (check && command !== 'docs') throw new UsageError("'--check' is for docs");
  if (values.from !== undefined && command !== 'diff') throw new UsageError("'--from' is for diff");
  return { command, json, check, from: from === 'released' ? undefined : from };
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        check: { type: 'boolean' },
        from: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};
