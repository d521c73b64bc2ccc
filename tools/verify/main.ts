/**
 * What CI runs: every check of the project, one after the other, with a summary at the end.
 *
 *   npm run verify            everything
 *   npm run verify -- --fast  without the tests that start services
 *   npm run verify -- --checks  without any tests
 *   npm run verify:long       what takes too long for every change: the tests are tested
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '#testing';
import { formatTable } from '../stack/table.js';

interface Step {
  readonly name: string;
  /** Arguments of Node. */
  readonly args: readonly string[];
}

const root = projectRoot();
const wants = (option: string): boolean => process.argv.includes(option);
const bin = (name: string, ...args: string[]): string[] => [
  join(root, 'node_modules', '.bin', name),
  ...args,
];

function checks(): Step[] {
  return [
    { name: 'format', args: bin('prettier', '--check', '.') },
    { name: 'lint', args: bin('oxlint', '--type-aware') },
    { name: 'imports', args: bin('depcruise', 'apps', 'libs', 'migrations', 'test', 'tools') },
    { name: 'unused code', args: bin('knip') },
    { name: 'lockfile', args: ['tools/lockfile/complete.mjs', '--check'] },
    {
      name: 'types',
      args: bin('tsc', '--noEmit', '-p', 'tsconfig.json', '--incremental', 'false'),
    },
  ];
}

function tests(fast: boolean): Step {
  const runTests = ['--disable-warning=TimeoutNegativeWarning', 'dist/tools/test/main.js'];
  const suites = fast ? ['unit', 'contract', 'integration'] : [];
  return { name: 'tests and coverage', args: [...runTests, ...suites] };
}

/** Whether the tests would notice: known bugs first, then every small change of the saga core. */
function long(): Step[] {
  const mutation = bin('stryker', 'run', 'tools/mutation/stryker.config.mjs');
  return [
    { name: 'planted bugs', args: ['--enable-source-maps', 'dist/tools/planted/main.js'] },
    { name: 'mutation', args: mutation },
  ];
}

function chosen(): Step[] {
  if (wants('--long')) return long();
  return wants('--checks') ? checks() : [...checks(), tests(wants('--fast'))];
}

function run({ name, args }: Step): string[] {
  console.log(`\n── ${name}`);
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  return [status === 0 ? '✓' : '✗', name, took];
}

// Built by the bootstrap before this runs, so the build is the first thing that can fail.
const rows = [['✓', 'build', ''], ...chosen().map(run)];
console.log(`\n${formatTable(rows)}`);
process.exitCode = rows.every(([mark]) => mark === '✓') ? 0 : 1;
