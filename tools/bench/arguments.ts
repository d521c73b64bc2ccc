/** What can be said after `npm run bench --`. */
import { parseArgs } from 'node:util';
import { CONTENDERS } from './contenders.js';

export interface BenchOptions {
  readonly rounds: number;
  /** Of each measurement but the idle one, which gets half of it. */
  readonly windowMs: number;
  readonly warmUpMs: number;
  /** Names of contenders, in the order of the table. */
  readonly only: readonly string[];
  readonly inFlight: number | undefined;
  readonly quick: boolean;
  /** Only effects that do not add up are a failure: not slowness, nor what a machine lacks. */
  readonly lenient: boolean;
  readonly prepareOnly: boolean;
  readonly json: string | undefined;
  readonly svg: string | undefined;
}

/** Something the user can do something about: shown as one line. */
export class BenchProblem extends Error {
  override readonly name = 'BenchProblem';
}

const FULL = { rounds: '3', window: '20', warmUp: '5' };
const QUICK = { rounds: '1', window: '2', warmUp: '1.5' };

export const HELP = `npm run bench [-- options]
npm run bench -- accept [options]     only this project's acceptance over HTTP; has its own --help
npm run bench -- limits [options]     only database and broker by themselves; has its own --help
npm run bench -- growth [options]     how its costs grow: data, replicas, orders; has its own --help

The same order saga (reserve, charge, ship, notify: one write to Postgres each) on every contender,
one after the other, several rounds, each on a fresh Postgres with fsync on. Measures throughput
without and with declined orders, latency at half of that throughput and idle, CPU time, memory and
bytes written. After each measurement the effects are counted; a figure whose effects do not add up
is void.

  --quick               one round of short windows, under 3 minutes once everything is installed
  --lenient             fails for effects that do not add up, and for nothing else
  --rounds N            rounds; every second one runs in reverse order (default ${FULL.rounds})
  --window SECONDS      length of a measurement (default ${FULL.window}; the idle one gets half)
  --warm-up SECONDS     before each measurement (default ${FULL.warmUp})
  --only NAMES          only these contenders, with commas between them:
                        ${CONTENDERS.map(({ name }) => name).join(', ')}
  --in-flight N         sagas at a time, instead of what is best for each contender
  --prepare             only install and build what the contenders need
  --json FILE           writes everything that was measured
  --svg FILE            draws the figures
  --help                this text

The first contender of the list that takes part is the one the others are compared with.`;

/** @throws BenchProblem naming the option that is wrong. `undefined`: help was asked for. */
export function readArguments(args: readonly string[]): BenchOptions | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  const quick = values.quick === true;
  const usual = quick ? QUICK : FULL;
  return {
    rounds: whole('--rounds', values.rounds ?? usual.rounds, 1, 100),
    windowMs: milliseconds('--window', values.window ?? usual.window),
    warmUpMs: milliseconds('--warm-up', values['warm-up'] ?? usual.warmUp),
    only: listed(
      '--only',
      values.only,
      CONTENDERS.map(({ name }) => name),
    ),
    inFlight:
      values['in-flight'] === undefined
        ? undefined
        : whole('--in-flight', values['in-flight'], 1, 100_000),
    quick,
    lenient: values.lenient === true,
    prepareOnly: values.prepare === true,
    json: values.json,
    svg: values.svg,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        lenient: { type: 'boolean' },
        rounds: { type: 'string' },
        window: { type: 'string' },
        'warm-up': { type: 'string' },
        only: { type: 'string' },
        'in-flight': { type: 'string' },
        prepare: { type: 'boolean' },
        json: { type: 'string' },
        svg: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw unknownOption(error, 'npm run bench -- --help');
  }
}

/** What Node says of options that it cannot read, and where they are explained. */
export function unknownOption(error: unknown, help: string): BenchProblem {
  const message = error instanceof Error ? error.message : String(error);
  return new BenchProblem(`${message.replace(/\.?$/, '.')} See "${help}".`);
}

/** @throws BenchProblem */
export function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d{1,8}$/.test(text) && value >= min && value <= max) return value;
  throw new BenchProblem(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
}

/** @throws BenchProblem */
export function milliseconds(name: string, text: string): number {
  const value = Number(text);
  if (/^\d{1,5}(\.\d{1,3})?$/.test(text) && value > 0) return value * 1000;
  throw new BenchProblem(`${name} must be a number of seconds, not "${text}".`);
}

/** Some of the known words, in their order; all when nothing is said. @throws BenchProblem */
export function listed<T extends string>(
  option: string,
  text: string | undefined,
  known: readonly T[],
): readonly T[] {
  if (text === undefined) return known;
  const wanted = text.split(',').map((word) => word.trim());
  for (const word of wanted) {
    if (known.some((one) => one === word)) continue;
    throw new BenchProblem(`${option} knows no "${word}"; there are: ${known.join(', ')}.`);
  }
  return known.filter((one) => wanted.includes(one));
}
