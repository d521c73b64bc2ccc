/**
 * The documents that are made from code: a page a saga and the table of the state machine.
 *
 *   npm run docs             writes docs/sagas
 *   npm run docs -- --check  changes nothing, and fails when something there is out of date
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#testing';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { pagesOf, type Pages } from './pages.js';
import { staleIn } from './stale.js';

const folder = join(projectRoot(), 'docs', 'sagas');

const readPages = (): Pages => {
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(folder);
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
};

const pages = pagesOf(sagas);
const stale = staleIn(pages, readPages());

if (process.argv.includes('--check')) {
  for (const { name, problem } of stale) console.error(`✗ docs/sagas/${name} ${problem}`);
  if (stale.length > 0) console.error('  npm run docs writes them anew');
  else console.log(`${Object.keys(pages).length} generated documents are up to date`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const { name } of stale) {
    const page = pages[name];
    if (page === undefined) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), page);
    console.log(`docs/sagas/${name} ${page === undefined ? 'removed' : 'written'}`);
  }
}
