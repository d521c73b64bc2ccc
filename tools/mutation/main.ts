/** `npm run mutation`: what survives, and whether that is what survivors.json explains; see `--help`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { projectRoot } from '#testing';
import { explained, report, unsettled, type Unsettled } from './survivors.js';

const HELP = `Makes every small change to the saga core there is, one at a time, and sees which no test notices.

  npm run mutation                                        all of it
  npm run mutation -- --mutate libs/saga/src/timer.ts     one file
  npm run mutation -- --force                             also what was found before
  npm run mutation -- --help

Other options are Stryker's. The exit status is 1 when too many survive, when one survives that
tools/mutation/survivors.json does not explain, and when one that it explains does not survive.`;

const REPORT = projectRoot('coverage', 'mutation.json');
const LIST = projectRoot('tools', 'mutation', 'survivors.json');

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const print = (what: string, found: readonly object[]): void => {
  if (found.length > 0) console.log(`\n✗ ${what}\n${JSON.stringify(found, undefined, 2)}`);
};

function tell({ unexplained, outdated }: Unsettled): number {
  print('survive, and survivors.json does not say why:', unexplained);
  print('are explained in survivors.json, and do not survive:', outdated);
  const count = unexplained.length + outdated.length;
  if (count === 0) console.log('✓ each mutant that survives is explained');
  return count === 0 ? 0 : 1;
}

function main(args: readonly string[]): number {
  // One of before would say what was then.
  rmSync(REPORT, { force: true });
  const stryker = [projectRoot('node_modules', '.bin', 'stryker'), 'run'];
  stryker.push('tools/mutation/stryker.config.mjs', ...args);
  const options = { cwd: projectRoot(), stdio: 'inherit' } as const;
  const status = spawnSync(process.execPath, stryker, options).status ?? 1;
  // It did not get as far.
  if (!existsSync(REPORT)) return status;
  const found = unsettled(report.parse(read(REPORT)), explained.parse(read(LIST)));
  // Of some lines of a file nobody knows what survives in the others.
  const isOfLines = args.some((arg) => /\.ts:\d/.test(arg));
  return tell(isOfLines ? { ...found, outdated: [] } : found) || status;
}

const args = process.argv.slice(2);
if (args.includes('--help')) console.log(HELP);
else process.exitCode = main(args);
