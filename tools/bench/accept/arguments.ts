/** What can be said after `npm run bench -- accept`. */
import { parseArgs } from 'node:util';
import { listed, milliseconds, unknownOption, whole } from '../arguments.js';

/** `paused`: nothing but what accepts orders runs. `running`: their sagas run behind it. */
export type Mode = 'paused' | 'running';
export const MODES: readonly Mode[] = ['paused', 'running'];

export interface AcceptOptions {
  readonly connections: readonly number[];
  readonly modes: readonly Mode[];
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly json: string | undefined;
}

const FULL = { window: '15', warmUp: '5' };
const QUICK = { window: '3', warmUp: '2' };
const CONNECTIONS = '100,500';
/** Postgres and the processes of the system need some files of their own. */
const CONNECTIONS_MAX = 10_000;

/** For how long sagas may go on after the window. */
export const BACKLOG_WITHIN_MS = 600_000;

export const ACCEPT_HELP = `npm run bench -- accept [options]

How many orders this project accepts over HTTP: each 202 means that the order and the start of its
saga are in Postgres, with fsync on. A closed loop: each connection places its next order when the
last one was answered. Twice: with sagas paused (only the process that accepts, Postgres and Kafka
run), and with sagas running behind it; then it waits, up to ${BACKLOG_WITHIN_MS / 60_000} minutes each, until all are over.
After each window the databases are counted; a figure whose orders do not add up is void, and the
exit code is 1.

  --quick               windows of ${QUICK.window} s after ${QUICK.warmUp} s of warm-up
  --connections N,M     one measurement each, in this order (default ${CONNECTIONS})
  --only MODES          only these, with a comma between them: ${MODES.join(', ')}
  --window SECONDS      length of a measurement (default ${FULL.window})
  --warm-up SECONDS     before each measurement (default ${FULL.warmUp})
  --json FILE           writes everything that was measured
  --help                this text`;

/** @throws BenchProblem naming the option that is wrong. `undefined`: help was asked for. */
export function readAcceptArguments(args: readonly string[]): AcceptOptions | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  const usual = values.quick === true ? QUICK : FULL;
  return {
    connections: (values.connections ?? CONNECTIONS)
      .split(',')
      .map((text) => whole('--connections', text.trim(), 1, CONNECTIONS_MAX)),
    modes: listed('--only', values.only, MODES),
    warmUpMs: milliseconds('--warm-up', values['warm-up'] ?? usual.warmUp),
    windowMs: milliseconds('--window', values.window ?? usual.window),
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        connections: { type: 'string' },
        only: { type: 'string' },
        window: { type: 'string' },
        'warm-up': { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw unknownOption(error, 'npm run bench -- accept --help');
  }
}
