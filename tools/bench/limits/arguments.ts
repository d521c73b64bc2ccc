/** What can be said after `npm run bench -- limits`. */
import { parseArgs } from 'node:util';
import { milliseconds, unknownOption } from '../arguments.js';

export interface LimitsOptions {
  readonly windowMs: number;
  readonly json: string | undefined;
}

const WINDOW = '5';

export const LIMITS_HELP = `npm run bench -- limits [options]

What the Postgres and the Kafka of this benchmark give by themselves, with the settings and, for
Kafka, the client and the message sizes of the services: commits a second, rows a second, messages
a second written and read. No saga is faster than these on the same machine.

  --window SECONDS      length of each measurement (default ${WINDOW})
  --json FILE           writes everything that was measured
  --help                this text`;

/** @throws BenchProblem naming the option that is wrong. `undefined`: help was asked for. */
export function readLimitsArguments(args: readonly string[]): LimitsOptions | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  return { windowMs: milliseconds('--window', values.window ?? WINDOW), json: values.json };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        window: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw unknownOption(error, 'npm run bench -- limits --help');
  }
}
