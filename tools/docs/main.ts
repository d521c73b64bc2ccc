/** The documents that are made from code; see `--help`. */
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { contractPages } from '../contracts/docs/pages.js';
import { checkFolder, writeFolder } from './folder.js';
import { pagesOf, type Pages } from './pages.js';

const HELP = `Writes the documents that are made from code: a page a saga and the table of the state machine, and
the contracts as an AsyncAPI document and a page to read.

  npm run docs               writes docs/sagas and docs/contracts
  npm run docs -- --check    changes nothing, and fails when something there is out of date
  npm run docs -- --help`;

/** By folder. */
const documents = async (): Promise<readonly (readonly [string, Pages])[]> => [
  ['docs/sagas', pagesOf(sagas)],
  ['docs/contracts', await contractPages()],
];

const check = async (): Promise<boolean> => {
  const all = await documents();
  return all.map(([folder, pages]) => checkFolder(folder, pages, 'npm run docs')).every(Boolean);
};

const write = async (): Promise<void> => {
  for (const [folder, pages] of await documents()) writeFolder(folder, pages);
};

const readArguments = () => {
  const flag = { type: 'boolean' } as const;
  const options = { check: flag, help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
};

const options = readArguments();
if (options === undefined) process.exitCode = 1;
else if (options.help) console.log(HELP);
else if (options.check) process.exitCode = (await check()) ? 0 : 1;
else await write();
