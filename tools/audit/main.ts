/** `npm run audit`; see `--help`. */
import { openDatabase, type Database } from '#messaging';
import { roleUrl } from '#testing';
import { verifyChain, type Verified } from '../../apps/audit/src/domain/verify-chain.js';
import { chainSource } from '../../apps/audit/src/persistence/chain-source.js';
import { stackPaths, stackSettings } from '../stack/settings.js';
import { isRunning, readState } from '../stack/state.js';
import { HELP, readArguments, UsageError, type AuditArguments } from './arguments.js';

const urlOfStack = (): string => {
  const state = readState(stackPaths(stackSettings()).state);
  const url = isRunning(state) ? state.postgresUrl : undefined;
  if (url !== undefined) return roleUrl(url, 'audit');
  throw new UsageError(
    'no stack is running here: start it, or name a database by --database <url>',
  );
};

/** @throws UsageError when there is no database to look into */
async function open(given: string | undefined): Promise<Database> {
  const quiet = () => undefined;
  const url = given ?? urlOfStack();
  try {
    return await openDatabase({
      ...{ url, poolSize: 1, applicationName: 'audit-verify', migrations: [], waitMs: 5_000 },
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the database cannot be opened (${why}); --database <url> names another`);
  }
}

async function verify({ databaseUrl, head, json }: AuditArguments): Promise<Verified> {
  const database = await open(databaseUrl);
  try {
    return await verifyChain(chainSource(database), {
      ...(head !== undefined && { head }),
      onProgress: (entries) => {
        if (process.stderr.isTTY && !json) process.stderr.write(`\r${entries} entries`);
      },
    });
  } finally {
    await database.close();
    if (process.stderr.isTTY && !json) process.stderr.write('\r\u001b[K');
  }
}

function told({ entries, head, broken }: Verified): string {
  if (broken === undefined) {
    return `✓ ${entries} entries are as they were; the last has the hash\n  ${head.hash}`;
  }
  return `✗ ${broken.kind} at entry ${broken.n}: ${broken.detail}\n  ${entries} entries before it are as they were.`;
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else {
    const verified = await verify(options);
    console.log(options.json ? JSON.stringify(verified) : told(verified));
    process.exitCode = verified.broken === undefined ? 0 : 1;
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 2;
}
