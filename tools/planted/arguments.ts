import { parseArgs } from 'node:util';

export const HELP = `Plants known bugs, one at a time, into a copy of this checkout, and sees who notices.

  npm run planted -- [id…] [options]

  id               a bug of tools/planted/catalogue; default: all of them
  --list           what there is, without running anything
  --record         write the table into docs/RELIABILITY.md; only of a run of all of them
  --help

TEST_DATABASE_URL and TEST_KAFKA_BROKERS name servers to use; else they are started where a bug
can only be seen with them. The exit status is 1 when a bug is not noticed.`;

export interface PlantedArguments {
  readonly ids: readonly string[];
  readonly list: boolean;
  readonly record: boolean;
}

/** For a mistake in how the command was called. */
export class UsageError extends Error {}

/** Undefined when only help is wanted. @throws UsageError */
export const readArguments = (
  args: readonly string[],
  known: readonly string[],
): PlantedArguments | undefined => {
  const { values, positionals: ids } = parse(args);
  if (values.help) return undefined;
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown) throw new UsageError(`there is no bug '${unknown}'; --list names them`);
  if (values.record && ids.length > 0) throw new UsageError('--record wants all of them');
  return { ids, list: values.list, record: values.record };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        list: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};
