import { parseArgs } from 'node:util';

/** For a mistake in how the command was called, or in what it needs. */
export class UsageError extends Error {}

export interface LedgerArguments {
  /** Of the accounting service's database; undefined for that of the running stack. */
  readonly databaseUrl: string | undefined;
  /** A hash that was noted elsewhere: of the last closed day, or of an earlier one. */
  readonly expect: { readonly day: string; readonly hash: string } | undefined;
}

/** Undefined when only help is wanted. @throws UsageError */
export const readArguments = (args: readonly string[]): LedgerArguments | undefined => {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [command, ...more] = positionals;
  if (command === undefined) throw new UsageError('what is to be done? verify; see --help');
  if (command !== 'verify') throw new UsageError(`there is no '${command}'; there is: verify`);
  if (more.length > 0) throw new UsageError(`verify takes nothing more, not '${more.join(' ')}'`);
  return { databaseUrl: values.database, expect: expected(values.expect) };
};

function expected(text: string | undefined): LedgerArguments['expect'] {
  if (text === undefined) return undefined;
  const [, day, hash] = /^(\d{4}-\d{2}-\d{2})=([0-9a-f]{64})$/.exec(text) ?? [];
  if (day !== undefined && hash !== undefined) return { day, hash };
  throw new UsageError(`--expect must be <day>=<hash>, as 2026-11-26=<64 hex digits>`);
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        database: { type: 'string' },
        expect: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};
