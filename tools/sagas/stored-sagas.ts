/** The orchestrator's own database, read a page at a time. */
import { openDatabase, type Database } from '#messaging';
import type { SagaInstance } from '#saga';
import { pageOfInstances } from '#saga-store';
import { roleUrl } from '#testing';
import { isRunning, readState } from '../stack/state.js';
import { stackPaths, stackSettings } from '../stack/settings.js';
import { UsageError } from './arguments.js';

const PAGE = 500;

/** @throws UsageError when there is no database to look into */
export const openSagaDatabase = async (given: string | undefined): Promise<Database> => {
  const url = sagaDatabaseUrl(given);
  const quiet = () => undefined;
  try {
    return await openDatabase({
      url,
      poolSize: 2,
      applicationName: 'saga-tools',
      migrations: [],
      waitMs: 5_000,
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the database cannot be opened (${why}); --database <url> names another`);
  }
};

/** @throws UsageError when none is given and no stack is running */
export const sagaDatabaseUrl = (given: string | undefined): string => given ?? urlOfStack();

const urlOfStack = (): string => {
  const state = readState(stackPaths(stackSettings()).state);
  const url = isRunning(state) ? state.postgresUrl : undefined;
  if (url !== undefined) return roleUrl(url, 'orchestrator');
  // In the orchestrator's own container.
  const own = process.env['DATABASE_URL'];
  if (own) return own;
  throw new UsageError(
    'no stack is running here: start it, or name a database by --database <url>',
  );
};

/** Pages of instances, from the oldest on. */
export async function* pagesOf(
  database: Database,
  live: boolean,
  definition: string | undefined,
): AsyncGenerator<SagaInstance[]> {
  let after: string | undefined;
  for (;;) {
    const page = await pageOfInstances(database, {
      live,
      ...(definition !== undefined && { definition }),
      ...(after !== undefined && { after }),
      limit: PAGE,
    });
    if (page.length === 0) return;
    yield page;
    after = page.at(-1)?.id;
  }
}

/** One line that is written over and over, where somebody looks. */
export const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
};
