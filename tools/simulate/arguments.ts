import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const HELP = `Runs the services' own code in simulated worlds, each with its own faults.

  npm run simulate -- [options]

  --seeds N      how many seeds (default 100)
  --from S       the first of them (default 1, or the first that the tally does not have)
  --minutes M    no seed is begun after that long
  --tally FILE   adds what was found to what earlier runs found, and goes on where they ended
  --workers N    threads (default: one a core)
  --every-situation  fails also when one of the named situations was met in none of them
  --trace        prints all that happens in the first seed, and runs no other
  --no-shrink    a failing seed is told as it is
  --json         the figures as JSON, for a program
  --help

Real: engine, decide, outbox, relay, publisher, consumer, batch runner, barrier, parking, effect
workers, timers, and the handlers of all participants. Simulated: Postgres (no SQL: each store's own,
held against Postgres by test/integration/ports), Kafka with its consumer groups, the payment provider,
the carrier, the bank and the mail server, time, chance and crashes. Planted: what was settled before.
Left out: HTTP, kafkajs, SQL, migrations, and the upkeep of partitions.

The exit status is 1 when a promise is broken; the seed is then shortened, and told as a story.`;

export interface SimulateArguments {
  /** Undefined: not said. */
  readonly from: number | undefined;
  readonly minutes: number | undefined;
  readonly tally: string | undefined;
  readonly seeds: number;
  readonly workers: number;
  readonly everySituation: boolean;
  readonly trace: boolean;
  readonly shrink: boolean;
  readonly json: boolean;
}

/** For a mistake in how the command was called. */
export class UsageError extends Error {}

/** Undefined when only help is wanted. @throws UsageError */
export const readArguments = (args: readonly string[]): SimulateArguments | undefined => {
  const values = parse(args);
  if (values.help) return undefined;
  return {
    from: values.from === undefined ? undefined : whole('--from', values.from, 0, 2 ** 48),
    minutes:
      values.minutes === undefined ? undefined : whole('--minutes', values.minutes, 1, 100_000),
    tally: values.tally,
    seeds: whole('--seeds', values.seeds, 1, 100_000_000),
    workers: whole('--workers', values.workers, 1, 256),
    everySituation: values['every-situation'],
    trace: values.trace,
    shrink: !values['no-shrink'],
    json: values.json,
  };
};

const parse = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string', default: '100' },
        from: { type: 'string' },
        minutes: { type: 'string' },
        tally: { type: 'string' },
        workers: { type: 'string', default: String(availableParallelism()) },
        'every-situation': { type: 'boolean', default: false },
        trace: { type: 'boolean', default: false },
        'no-shrink': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const whole = (name: string, text: string, min: number, max: number): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`${name} must be a whole number from ${min} to ${max}, not '${text}'`);
};
