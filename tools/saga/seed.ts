/** `npm run saga -- seed`. */
import { parseArgs } from 'node:util';
import { UsageError } from '../sagas/arguments.js';
import { progress, sagaDatabaseUrl } from '../sagas/stored-sagas.js';
import type { SagaCommand } from './command.js';
import { seedSagas } from './seed-sagas.js';

const help = `Fills the orchestrator's tables with sagas that never were, to see how it lives with many: what the
definitions would have made of them, by their own code. Of a million 20,000 go on, 2,000 need a person,
50,000 were undone. Those that go on have a history, and timers that are due in days.

  npm run saga -- seed --sagas N [options]

  --sagas N         how many, up to 10,000,000
  --database URL    the orchestrator's database; default: that of the running stack

For a database to try things with: no participant has ever heard of these sagas, and there is no way to
take them out again but to drop the database.`;

const MOST = 10_000_000;

/** @throws UsageError */
export function readSeedArguments(args: readonly string[]) {
  const { sagas, database } = parse(args);
  const count = /^\d{1,8}$/.test(sagas ?? '') ? Number(sagas) : 0;
  if (count < 1 || count > MOST) throw new UsageError(`--sagas must be a number from 1 to ${MOST}`);
  return { sagas: count, databaseUrl: database };
}

function parse(args: readonly string[]) {
  try {
    const options = { sagas: { type: 'string' }, database: { type: 'string' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export const seed: SagaCommand = {
  about: 'fills a database with sagas to try things with',
  help,
  async run(args) {
    const { sagas, databaseUrl } = readSeedArguments(args);
    const startedMs = performance.now();
    await seedSagas(sagaDatabaseUrl(databaseUrl), sagas, (made) =>
      progress(`${made.toLocaleString('en-US')} of ${sagas.toLocaleString('en-US')} sagas`),
    );
    progress('');
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    console.log(`${sagas.toLocaleString('en-US')} sagas in ${seconds} s`);
    return 0;
  },
};
