/** `npm run ledger`; see `--help`. */
import { roleUrl } from '#testing';
import { isRunning, readState } from '../stack/state.js';
import { stackPaths, stackSettings } from '../stack/settings.js';
import { readArguments, UsageError, type LedgerArguments } from './arguments.js';
import { verifyLedger, type Verified } from './verify.js';

const HELP = `Computes anew all that the ledger says of itself, from its lines: that every entry is whole and
balances, the balances of all accounts, and the chain of the closed days.

  npm run ledger -- verify [options]

  --database URL    the accounting service's database; default: that of the running stack
  --expect DAY=HASH the hash of a closed day as it was noted elsewhere, say from the fact
                    accounting.day-closed: whoever forged the whole chain cannot forge that one
  --help

The exit status is 1 when something is not so, and the first of it is named. Nothing is changed.`;

const urlOfStack = (): string => {
  const state = readState(stackPaths(stackSettings()).state);
  const url = isRunning(state) ? state.postgresUrl : undefined;
  if (url !== undefined) return roleUrl(url, 'accounting');
  throw new UsageError(
    'no stack is running here: start it, or name a database by --database <url>',
  );
};

const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
};

const run = async ({ databaseUrl, expect }: LedgerArguments): Promise<boolean> => {
  const url = databaseUrl ?? urlOfStack();
  let found: Verified;
  try {
    found = await verifyLedger(url, { progress, ...(expect && { expect }) });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the ledger cannot be read (${why}); --database <url> names another`);
  } finally {
    progress('');
  }
  const { entries, lines, days, lastDay, lastHash, broken } = found;
  console.log(`${entries} entries, ${lines} lines, ${days} closed days`);
  if (lastDay !== undefined) console.log(`the chain holds up to ${lastDay}=${lastHash}`);
  if (broken === undefined) console.log('✓ the ledger is as it says');
  else console.error(`✗ ${broken}`);
  return broken === undefined;
};

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
