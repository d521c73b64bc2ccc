/** What CI runs, with a summary at the end; see `--help`. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '#testing';
import { formatTable } from '../stack/table.js';
import { HELP, readArguments, UsageError, type Wanted } from './arguments.js';

interface Step {
  readonly name: string;
  /** Arguments of Node. */
  readonly args: readonly string[];
  /** Only looks at files: runs beside its like, and is heard when it ends. */
  readonly isSmall?: true;
}

const root = projectRoot();
const bin = (name: string, ...args: string[]): string[] => [
  join(root, 'node_modules', '.bin', name),
  ...args,
];

function proofs(): Step[] {
  return [
    // Every run of every saga, with as many faults as take less than a minute.
    { name: 'explored sagas', args: ['dist/tools/explore/main.js'] },
    { name: 'explored sagas, with people', args: ['dist/tools/explore/main.js', '--people'] },
    // Three thousand worlds of the whole system, each with its own faults.
    {
      name: 'simulated worlds',
      args: [
        '--enable-source-maps',
        'dist/tools/simulate/main.js',
        '--seeds',
        '3000',
        '--every-situation',
      ],
    },
  ];
}

function checks(): Step[] {
  const small: Step[] = [
    { name: 'format', args: bin('prettier', '--check', '.') },
    { name: 'lint', args: bin('oxlint', '--type-aware') },
    { name: 'imports', args: bin('depcruise', 'apps', 'libs', 'migrations', 'test', 'tools') },
    { name: 'unused code', args: bin('knip') },
    { name: 'contracts', args: ['dist/tools/contracts/main.js', 'check'] },
    { name: 'generated docs', args: ['dist/tools/docs/main.js', '--check'] },
    { name: 'lockfile', args: ['tools/lockfile/complete.mjs', '--check'] },
    {
      name: 'types',
      args: bin('tsc', '--noEmit', '-p', 'tsconfig.json', '--incremental', 'false'),
    },
    { name: 'types of the dashboard', args: bin('tsc', '-p', 'apps/dashboard') },
  ];
  return small.map((step) => ({ ...step, isSmall: true as const }));
}

/** To look at: times prove nothing on a machine that does other work, so none of them fails. */
const figures: Step = {
  name: 'figures at a glance',
  args: ['dist/tools/bench/main.js', '--quick', '--only', 'own', '--lenient'],
};

function steps({ tests, proofs: wanted }: Wanted): Step[] {
  if (tests === 'of-tests') return long();
  if (wanted === 'only') return proofs();
  const first = [...checks(), ...(wanted === 'too' ? proofs() : [])];
  if (tests === 'none') return first;
  const runTests = ['--disable-warning=TimeoutNegativeWarning', 'dist/tools/test/main.js'];
  const suites = tests === 'fast' ? ['unit', 'contract', 'integration'] : [];
  return [...first, figures, { name: 'tests and coverage', args: [...runTests, ...suites] }];
}

/** What takes too long for each change: versions of before as well; then whether the tests would notice: known bugs, mutants. */
function long(): Step[] {
  return [
    { name: 'explored versions', args: ['dist/tools/explore/main.js', '--all-versions'] },
    { name: 'planted bugs', args: ['--enable-source-maps', 'dist/tools/planted/main.js'] },
    { name: 'mutation', args: ['--enable-source-maps', 'dist/tools/mutation/main.js'] },
  ];
}

/** What is said at the end of each step. */
type Row = readonly [mark: '✓' | '✗', name: string, took: string];

const heading = (name: string): string => `\n── ${name}`;
const rowOf = ({ name }: Step, status: number | null, startedAt: number): Row => [
  status === 0 ? '✓' : '✗',
  name,
  `${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
];

function run(step: Step): Row {
  console.log(heading(step.name));
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, step.args, { cwd: root, stdio: 'inherit' });
  return rowOf(step, status, startedAt);
}

async function runQuietly(step: Step): Promise<Row> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, step.args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const heard: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => heard.push(part));
  const [status] = (await once(child, 'close')) as [number | null];
  console.log(heading(step.name));
  process.stdout.write(Buffer.concat(heard));
  return rowOf(step, status, startedAt);
}

/** As many at a time as there are cores. */
async function runSmall(small: readonly Step[]): Promise<Row[]> {
  const rows: Row[] = [];
  const waiting = small.entries();
  const work = async (): Promise<void> => {
    for (const [index, step] of waiting) rows[index] = await runQuietly(step);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return rows;
}

async function verify(wanted: Wanted): Promise<boolean> {
  const all = steps(wanted);
  // Built by the bootstrap before this runs, so the build is the first thing that can fail.
  const rows: Row[] = [['✓', 'build', '']];
  rows.push(...(await runSmall(all.filter(({ isSmall }) => isSmall))));
  for (const step of all.filter(({ isSmall }) => !isSmall)) rows.push(run(step));
  console.log(`\n${formatTable(rows)}`);
  return rows.every(([mark]) => mark === '✓');
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else process.exitCode = (await verify(options)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
