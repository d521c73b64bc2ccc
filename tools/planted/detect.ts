/** Runs test files in the copy and reads from Jest's report how it went. */
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_VARIABLE } from '#testing';
import type { Detector } from './bug.js';

/** `failed`: by this test. `hung`: it did not end. `broken`: the files could not even be run. */
export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly by: string }
  | { readonly kind: 'hung' }
  | { readonly kind: 'broken'; readonly why: string };

export interface DetectOptions {
  readonly folder: string;
  /** For the tests: where the servers are. */
  readonly env: Readonly<Record<string, string>>;
  /** Mark of everything that the tests start. */
  readonly run: string;
  readonly signal: AbortSignal;
}

interface JestReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** A test that waits for what a bug keeps from happening; sound ones take a few seconds. */
const TEST_TIMEOUT_MS = 60_000;
/** What not even Jest can stop runs in a circle. */
const LIMIT_MS = 300_000;

/** Tests that Jest can run in one go. */
export interface Round extends Pick<Detector, 'files' | 'only'> {
  readonly suite: string;
}

export const needsServers = ({ kind }: Detector): boolean => kind === 'integration';

export const roundOf = (detector: Detector): Round => ({
  suite: needsServers(detector) ? 'integration' : 'unit',
  ...detector,
});

/** The same as few rounds: what is run in one go shares the time to begin. */
export const roundsOf = (detectors: readonly Detector[]): Round[] => {
  const rounds = new Map<string, Round>();
  for (const round of detectors.map(roundOf)) {
    const key = `${round.suite} ${round.only ?? ''}`;
    const files = new Set([...(rounds.get(key)?.files ?? []), ...round.files]);
    rounds.set(key, { ...round, files: [...files] });
  }
  return [...rounds.values()];
};

export const detect = async (round: Round, options: DetectOptions): Promise<Verdict> => {
  const report = join(options.folder, '.planted-report.json');
  await rm(report, { force: true });
  const ended = await runJest(round, report, options);
  if (!ended) return { kind: 'hung' };
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) return { kind: 'broken', why: 'Jest wrote no report' };
  return verdictOf(JSON.parse(text) as JestReport);
};

export const verdictOf = ({ testResults }: JestReport): Verdict => {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.find(({ status }) => status === 'failed');
  if (failed) return { kind: 'failed', by: failed.fullName };
  const broken = testResults.find(({ status }) => status === 'failed');
  if (broken) return { kind: 'broken', why: broken.message.trim().slice(0, 500) };
  if (!tests.some(({ status }) => status === 'passed'))
    return { kind: 'broken', why: 'no test was run' };
  return { kind: 'passed' };
};

/** Resolves with whether it ended by itself. */
function runJest(
  { suite, files, only }: Round,
  report: string,
  { folder, env, run, signal }: DetectOptions,
): Promise<boolean> {
  const args = [
    ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    ...['--disable-warning=TimeoutNegativeWarning', 'node_modules/jest/bin/jest.js'],
    ...['--selectProjects', suite, '--runInBand', '--forceExit', '--ci'],
    ...['--cacheDirectory', join(folder, '.jest-cache'), `--testTimeout=${TEST_TIMEOUT_MS}`],
    ...['--json', `--outputFile=${report}`],
    ...(only === undefined ? [] : ['--testNamePattern', only]),
    ...['--runTestsByPath', ...files],
  ];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: 'ignore',
    env: { ...process.env, ...env, [RUN_VARIABLE]: run },
  });
  let ended = true;
  const limit = setTimeout(() => {
    ended = false;
    child.kill('SIGKILL');
  }, LIMIT_MS);
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      clearTimeout(limit);
      signal.removeEventListener('abort', stop);
      resolve(ended);
    });
  });
}
