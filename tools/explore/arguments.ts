import { parseArgs } from 'node:util';

export const HELP = `Explores every run of each saga within bounds, against the engine's own code.

  npm run saga:explore -- [name…] [options]

  name             a definition, such as place-order; default: all of them
  --all-versions   also the versions that only live instances still need
  --faults N       how much may go wrong in one run (0 to 5; default: for each saga what takes less
                   than a minute, and 3 at least; what takes longer all the same is marked, unless
                   N is said here): a refusal, a timeout, a duplicate, a late or overtaking message,
                   a crash, a cancel, an effect after its undo, a reservation that expires, an
                   answer that takes days, a command that throws and is parked, one that fails for
                   good, a dead letter that is sent again
  --people         people intervene, too, at the price of a fault each: many more runs, so that the
                   default is 3 faults, or 2 where that takes less than a minute
  --attempts N     sendings of a command before its silence counts (1 to 5, default 2)
  --in-flight N    messages on their way at the same time (4 to 50, default 12)
  --help

The exit status is 1 when a promise is broken; the shortest run that breaks it is told as a story.`;

export interface Bounds {
  /** Undefined: as many as its example says. */
  readonly faults: number | undefined;
  readonly people: boolean;
  readonly attempts: number;
  readonly inFlight: number;
}

export interface ExploreArguments {
  readonly names: readonly string[];
  readonly allVersions: boolean;
  readonly bounds: Bounds;
}

/** For a mistake in how the command was called. */
export class UsageError extends Error {}

/** Undefined when only help is wanted. @throws UsageError */
export const readArguments = (args: readonly string[]): ExploreArguments | undefined => {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  return {
    names: positionals,
    allVersions: values['all-versions'] ?? false,
    bounds: {
      faults: values.faults === undefined ? undefined : whole('--faults', values.faults, 0, 5),
      people: values.people ?? false,
      attempts: whole('--attempts', values.attempts, 1, 5),
      inFlight: whole('--in-flight', values['in-flight'], 4, 50),
    },
  };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        faults: { type: 'string' },
        people: { type: 'boolean' },
        attempts: { type: 'string', default: '2' },
        'in-flight': { type: 'string', default: '12' },
        'all-versions': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const whole = (name: string, text: string, min: number, max: number): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`${name} must be a whole number from ${min} to ${max}, not '${text}'`);
};
