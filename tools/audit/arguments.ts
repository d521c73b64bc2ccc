import { parseArgs } from 'node:util';

export interface AuditArguments {
  /** Of the audit service's database; undefined for that of the running stack. */
  readonly databaseUrl: string | undefined;
  /** A hash that the chain once ended with. */
  readonly head: string | undefined;
  readonly json: boolean;
}

/** For a mistake in how the command was called, or in what it needs. */
export class UsageError extends Error {}

export const HELP = `Walks the chain of the audit log beside the event store, and names the first place where one of them is
not as it was.

  npm run audit -- verify [options]

  --head HASH       a hash that the chain ended with at some time (GET /audit-log/head, or the service's
                    log): finds also that later entries were cut off, or all of them written anew
  --database URL    the audit service's database; default: that of the running stack
  --json            one object for machines
  --help

The exit status is 1 when something is not as it was, 2 when that could not be found out. Nothing is
changed.`;

/** Undefined when only help is wanted. @throws UsageError */
export function readArguments(args: readonly string[]): AuditArguments | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [command, ...more] = positionals;
  if (command !== 'verify' || more.length > 0) {
    const given = positionals.join(' ');
    throw new UsageError(`the command is 'verify', not '${given}'; --help tells more`);
  }
  const { head, database, json } = values;
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head)) {
    throw new UsageError(
      '--head must be 64 hexadecimal digits, as the log and /audit-log/head tell',
    );
  }
  return { databaseUrl: database, head, json: json === true };
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        head: { type: 'string' },
        database: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};
