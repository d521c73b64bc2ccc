import { parseArgs } from 'node:util';

export interface SagaArguments {
  /** Name of a saga; undefined for all of them. */
  readonly definition: string | undefined;
  /** Of the orchestrator's database; undefined for that of the running stack. */
  readonly databaseUrl: string | undefined;
  /** Sagas that are told one by one. */
  readonly show: number;
  readonly to: number | undefined;
}

/** For a mistake in how the command was called, or in what it needs. */
export class UsageError extends Error {}

/** Undefined when only help is wanted. @throws UsageError */
export const readArguments = (
  args: readonly string[],
  { withTarget }: { readonly withTarget: boolean },
): SagaArguments | undefined => {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [definition, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`one saga at most, not also '${more.join(' ')}'`);
  if (values.to !== undefined && !withTarget) throw new UsageError("there is no option '--to'");
  return {
    definition,
    databaseUrl: values.database,
    show: whole('--show', values.show ?? '20'),
    to: values.to === undefined ? undefined : whole('--to', values.to),
  };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        database: { type: 'string' },
        show: { type: 'string' },
        to: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const whole = (name: string, text: string): number => {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new UsageError(`${name} must be a whole number, not '${text}'`);
};
