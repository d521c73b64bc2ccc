#!/usr/bin/env node
/**
 * npm leaves packages for other systems out of package-lock.json when the registry it saw does not
 * hold them, and then refuses `npm ci`: "Missing: … from lock file". This adds them, by version and
 * system. Run by `npm run lockfile` after every change of a dependency; `--check` only looks.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../bootstrap/common.mjs';
import { missingOptional } from './missing-optional.mjs';

const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = missingOptional(lock.packages);

if (missing.length === 0) {
  console.log('✓ package-lock.json is complete');
} else if (process.argv.includes('--check')) {
  console.error(
    `✗ package-lock.json lacks ${missing.map(({ path }) => path).join(', ')}: run "npm run lockfile"`,
  );
  process.exitCode = 1;
} else {
  for (const { path, entry } of missing) lock.packages[path] = entry;
  const [first, ...rest] = Object.keys(lock.packages);
  const order = [first, ...rest.sort((a, b) => a.localeCompare(b, 'en'))];
  lock.packages = Object.fromEntries(order.map((path) => [path, lock.packages[path]]));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`✓ added ${missing.length} packages for other systems to package-lock.json`);
}
