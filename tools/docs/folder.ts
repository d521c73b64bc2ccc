/** A folder of generated documents: written, or held against what they should be. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#testing';
import type { Pages } from './pages.js';
import { staleIn } from './stale.js';

function readPages(folder: string): Pages {
  const path = projectRoot(folder);
  mkdirSync(path, { recursive: true });
  return Object.fromEntries(
    readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8')]),
  );
}

/** @returns whether all of it is current */
export function checkFolder(folder: string, pages: Pages, remedy: string): boolean {
  const stale = staleIn(pages, readPages(folder));
  for (const { name, problem } of stale) console.error(`✗ ${folder}/${name} ${problem}`);
  if (stale.length > 0) console.error(`  ${remedy} writes them anew`);
  else console.log(`${folder}: ${Object.keys(pages).length} generated documents are up to date`);
  return stale.length === 0;
}

export function writeFolder(folder: string, pages: Pages): void {
  for (const { name } of staleIn(pages, readPages(folder))) {
    const page = pages[name];
    if (page === undefined) rmSync(projectRoot(folder, name));
    else writeFileSync(projectRoot(folder, name), page);
    console.log(`${folder}/${name} ${page === undefined ? 'removed' : 'written'}`);
  }
}
