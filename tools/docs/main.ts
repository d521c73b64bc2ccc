/** The documents that are made from code; see `--help`. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '#testing';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { pagesOf, type Pages } from './pages.js';
import { staleIn } from './stale.js';

const HELP = `Writes the documents that are made from code: a page a saga and the table of the state machine.

  npm run docs               writes docs/sagas
  npm run docs -- --check    changes nothing, and fails when something there is out of date
  npm run docs -- --help`;

const folder = join(projectRoot(), 'docs', 'sagas');

const readPages = (): Pages => {
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(folder);
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
};

/** @returns whether all of it is current */
const check = (pages: Pages): boolean => {
  const stale = staleIn(pages, readPages());
  for (const { name, problem } of stale) console.error(`✗ docs/sagas/${name} ${problem}`);
  if (stale.length > 0) console.error('  npm run docs writes them anew');
  else console.log(`${Object.keys(pages).length} generated documents are up to date`);
  return stale.length === 0;
};

const write = (pages: Pages): void => {
  for (const { name } of staleIn(pages, readPages())) {
    const page = pages[name];
    if (page === undefined) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), page);
    console.log(`docs/sagas/${name} ${page === undefined ? 'removed' : 'written'}`);
  }
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
else if (options.check) process.exitCode = check(pagesOf(sagas)) ? 0 : 1;
else write(pagesOf(sagas));
