/** What can be said after `npm run bench -- growth`. */
import { parseArgs } from 'node:util';
import { BenchProblem, listed, milliseconds, unknownOption, whole } from '../arguments.js';

/** Those that compare levels of something. */
export const LEVEL_PARTS = ['finished', 'waiting', 'replicas', 'lines'] as const;
export type LevelPart = (typeof LEVEL_PARTS)[number];
export const PARTS = [...LEVEL_PARTS, 'memory', 'backlog'] as const;
export type Part = (typeof PARTS)[number];

export interface GrowthOptions {
  readonly parts: readonly Part[];
  /** Of the parts that compare levels; the first level is what the others are compared with. */
  readonly levels: Readonly<Record<LevelPart, readonly number[]>>;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly memoryMs: number;
  /** Orders of an hour's backlog. */
  readonly backlogOrders: number;
  readonly json: string | undefined;
  readonly svg: string | undefined;
}

const FULL = {
  ...{ finished: '0,1000000,10000000', waiting: '0,100000', replicas: '1,2,4', lines: '1,10,85' },
  ...{ rounds: '4', window: '20', 'warm-up': '5', 'memory-minutes': '15', 'backlog-rate': '50' },
};
const QUICK: typeof FULL = {
  ...{ finished: '0,2000', waiting: '0,500', replicas: '1,2', lines: '1,85' },
  ...{ rounds: '1', window: '4', 'warm-up': '2', 'memory-minutes': '0.2', 'backlog-rate': '0.5' },
};

/** Of a topic with 12 partitions, more could not get any. */
const REPLICAS_MAX = 12;
const LINES_MAX = 100;
const INSTANCES_MAX = 99_999_999;
const HOUR_S = 3600;

export const GROWTH_HELP = `npm run bench -- growth [options]

How the cost of this project's own system grows. Parts, each of which can be left out:

  finished   throughput and latency with many finished sagas in the orchestrator's tables
  waiting    … with many running sagas that wait for timers far in the future
  replicas   … with several orchestrator processes
  lines      … with more lines in an order
  memory     every process's memory over a quarter of an hour at 80 % of its throughput
  backlog    recovery after the orchestrator was away for an hour

What is compared alternates, round by round. After each measurement the databases are counted; a
figure whose orders do not add up is void, and the exit code is 1. Nothing fails by the clock.
All of it takes about an hour and a half, and 80 GB of disk while it runs.

  --quick               tiny levels and short windows, a few minutes, for trying out
  --only PARTS          only these, with a comma between them: ${PARTS.join(', ')}
  --rounds N            rounds; every second one runs in reverse order (default ${FULL.rounds})
  --window SECONDS      length of a measurement (default ${FULL.window})
  --warm-up SECONDS     before each measurement (default ${FULL['warm-up']})
  --finished N,M        finished sagas, the first is what others are compared with
                        (default ${FULL.finished})
  --waiting N,M         waiting sagas (default ${FULL.waiting})
  --replicas N,M        orchestrator processes (default ${FULL.replicas})
  --lines N,M           lines of an order (default ${FULL.lines})
  --memory-minutes N    (default ${FULL['memory-minutes']})
  --backlog-rate N      orders a second that an hour's backlog is made of (default ${FULL['backlog-rate']})
  --json FILE           writes everything that was measured
  --svg FILE            draws the figures
  --help                this text`;

/** @throws BenchProblem naming the option that is wrong. `undefined`: help was asked for. */
export function readGrowthArguments(args: readonly string[]): GrowthOptions | undefined {
  const given = parse(args);
  if (given.help === true) return undefined;
  const said = { ...(given.quick === true ? QUICK : FULL), ...given };
  return {
    parts: listed('--only', given.only, PARTS),
    levels: {
      finished: levels('--finished', said.finished, 0, INSTANCES_MAX),
      waiting: levels('--waiting', said.waiting, 0, INSTANCES_MAX),
      replicas: levels('--replicas', said.replicas, 1, REPLICAS_MAX),
      lines: levels('--lines', said.lines, 0, LINES_MAX),
    },
    rounds: whole('--rounds', said.rounds, 1, 100),
    warmUpMs: milliseconds('--warm-up', said['warm-up']),
    windowMs: milliseconds('--window', said.window),
    memoryMs: 60_000 * amount('--memory-minutes', said['memory-minutes']),
    backlogOrders: Math.ceil(HOUR_S * amount('--backlog-rate', said['backlog-rate'])),
    json: given.json,
    svg: given.svg,
  };
}

function levels(name: string, text: string, min: number, max: number): number[] {
  const numbers = text.split(',').map((word) => whole(name, word.trim(), min, max));
  if (new Set(numbers).size === numbers.length) return numbers;
  throw new BenchProblem(`${name} names a level twice: "${text}".`);
}

function amount(name: string, text: string): number {
  const value = Number(text);
  if (/^\d{1,4}(\.\d{1,3})?$/.test(text) && value > 0) return value;
  throw new BenchProblem(`${name} must be a number above 0, not "${text}".`);
}

function parse(args: readonly string[]) {
  const word = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        ...{ only: word, rounds: word, window: word, 'warm-up': word },
        ...{ finished: word, waiting: word, replicas: word, lines: word },
        ...{ 'memory-minutes': word, 'backlog-rate': word, json: word, svg: word },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw unknownOption(error, 'npm run bench -- growth --help');
  }
}
