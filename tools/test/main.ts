/**
 * Runs the tests: starts one Postgres and one Kafka for all of them, calls Jest, stops what it
 * started, and ends with `N passed, N failed` over all suites; see `--help`.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot, provideChromium, RUN_VARIABLE, testId } from '#testing';
import { HELP } from './help.js';
import { startTestServers, type TestServers } from './servers.js';
import { endStrays, removeTemporaryFolders } from './stray-processes.js';
import { planTests, type Plan, type Round } from './suites.js';
import { Tally, type JestReport } from './tally.js';

const run = testId();
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => interrupted.abort());
}

async function main(plan: Plan): Promise<number> {
  console.log(`Suites: ${plan.suites.join(', ')}`);
  if (plan.needsBrowser) provideChromium((line) => console.log(line));
  const servers = plan.needsServers ? await startTestServers() : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'saga-tests-'));
  const tally = new Tally();
  let failed = false;
  try {
    for (const round of plan.rounds) {
      if (interrupted.signal.aborted) break;
      const report = join(folder, `${round.suites.join('-')}.json`);
      const code = await runJest(plan, round, report, servers);
      failed ||= code !== 0;
      await count(tally, round, report);
    }
  } finally {
    await endAll(servers, folder);
  }
  // Jest also fails for what is not a test: coverage below the threshold, a broken configuration.
  if (failed && tally.failed === 0) console.log('Jest failed, though no test did: see above.');
  console.log(`\n${tally.toString()}`);
  if (interrupted.signal.aborted) return 130;
  return failed || tally.failed > 0 ? 1 : 0;
}

const COVERAGE: Readonly<Record<Plan['coverage'], readonly string[]>> = {
  enforced: ['--coverage'],
  measured: ['--coverage', '--coverageThreshold={}'],
  off: [],
};

/** Files at a time. Of the two cores that tests are made for, two would leave some idle: they wait a lot. */
const WORKERS = 3;

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const TOOLS = `^${escaped(projectRoot())}/(tools|bench)/`;

function pathsOf({ part }: Round): string[] {
  if (part === 'tools') return [TOOLS];
  return part === undefined ? [] : [`--testPathIgnorePatterns=${TOOLS}`, '/node_modules/'];
}

function runJest(
  plan: Plan,
  round: Round,
  report: string,
  servers: TestServers | undefined,
): Promise<number> {
  const args = [
    ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    ...['--disable-warning=TimeoutNegativeWarning', 'node_modules/jest/bin/jest.js'],
    // A client that still looks for a broker which a test has taken away must not hold up the rest.
    ...['--selectProjects', ...round.suites, '--passWithNoTests', '--forceExit'],
    ...['--json', `--outputFile=${report}`],
    `--maxWorkers=${WORKERS}`,
    ...(round.ownProcesses || round.part === 'tools' ? [] : COVERAGE[plan.coverage]),
    ...pathsOf(round),
    ...plan.jestArgs,
  ];
  const child = spawn(process.execPath, args, {
    cwd: projectRoot(),
    // The JSON goes to the file; on standard output it would be noise.
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...servers?.env, [RUN_VARIABLE]: run },
  });
  const stop = () => child.kill('SIGTERM');
  interrupted.signal.addEventListener('abort', stop, { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function count(tally: Tally, round: Round, report: string): Promise<void> {
  try {
    tally.add(JSON.parse(await readFile(report, 'utf8')) as JestReport);
  } catch {
    tally.addCrash(round.suites[0] ?? 'unit');
  }
}

async function endAll(servers: TestServers | undefined, folder: string): Promise<void> {
  try {
    const strays = await endStrays(run, servers !== undefined);
    if (strays.length > 0) console.log(`Left running, and ended now: ${strays.join('; ')}`);
    await removeTemporaryFolders(run);
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    // Rubbish that stays is a nuisance; it must not hide how the tests ended.
    console.log(`Not everything could be cleaned up: ${String(error)}`);
  } finally {
    await servers?.stop();
  }
}

try {
  const plan = planTests(process.argv.slice(2));
  if (plan === undefined) console.log(HELP);
  else process.exitCode = await main(plan);
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  console.log('\n0 passed, 1 failed');
  process.exitCode = 1;
}
process.exit();
