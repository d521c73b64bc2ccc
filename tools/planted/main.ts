/** `npm run planted`: who notices which bug, and how fast; see `--help`. */
import { readFile, writeFile } from 'node:fs/promises';
import { projectRoot, testId } from '#testing';
import { formatTable } from '../stack/table.js';
import { startTestServers, type TestServers } from '../test/servers.js';
import { endStrays, removeTemporaryFolders } from '../test/stray-processes.js';
import { HELP, readArguments, UsageError, type PlantedArguments } from './arguments.js';
import type { PlantedBug } from './bug.js';
import { catalogue } from './catalogue/index.js';
import {
  detect,
  needsServers,
  roundOf,
  roundsOf,
  type DetectOptions,
  type Verdict,
} from './detect.js';
import { plant } from './plant.js';
import { markdownOf, rowOf, summaryOf, withTable, type Finding } from './report.js';
import { WorkingCopy } from './working-copy.js';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => interrupted.abort());
}

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;

/** @throws Error when one of the detectors fails without any bug */
async function checkSound(bugs: readonly PlantedBug[], options: DetectOptions): Promise<void> {
  for (const round of roundsOf(bugs.flatMap(({ detectors }) => detectors))) {
    const what = `${round.files.length} files of ${round.suite} tests${round.only ? ` ('${round.only}')` : ''}`;
    const startedAt = performance.now();
    const verdict = await detect(round, options);
    const took = secondsSince(startedAt).toFixed(1);
    if (verdict.kind !== 'passed') {
      throw new Error(`without any bug, ${what} do not pass: ${reasonOf(verdict)}`);
    }
    console.log(`· without a bug, ${what} pass in ${took} s`);
  }
}

const reasonOf = (verdict: Verdict): string => {
  if (verdict.kind === 'failed') return verdict.by;
  return verdict.kind === 'broken' ? verdict.why : verdict.kind;
};

/** @throws Error when the bug keeps the tests from being run at all, which proves nothing */
async function findOut(bug: PlantedBug, options: DetectOptions): Promise<Finding> {
  const startedAt = performance.now();
  for (const detector of bug.detectors) {
    const verdict = await detect(roundOf(detector), options);
    if (options.signal.aborted) break;
    if (verdict.kind === 'broken') throw new Error(`'${bug.id}' does not run: ${verdict.why}`);
    if (verdict.kind === 'passed') continue;
    const by = verdict.kind === 'failed' ? verdict.by : 'did not come to an end';
    return { bug, caught: { kind: detector.kind, by, seconds: secondsSince(startedAt) } };
  }
  return { bug };
}

async function runAll(bugs: readonly PlantedBug[]): Promise<Finding[]> {
  const run = testId();
  const findings: Finding[] = [];
  const copy = await WorkingCopy.make();
  let servers: TestServers | undefined;
  try {
    if (bugs.some(({ detectors }) => detectors.some(needsServers)))
      servers = await startTestServers();
    const { signal } = interrupted;
    const options = { folder: copy.folder, env: servers?.env ?? {}, run, signal };
    await checkSound(bugs, options);
    for (const bug of bugs) {
      const finding = await copy.with(bug, () => findOut(bug, options));
      if (signal.aborted) break;
      findings.push(finding);
      console.log(`[${findings.length}/${bugs.length}] ${rowOf(finding).join('  ')}`);
    }
  } finally {
    await endStrays(run, servers !== undefined);
    await removeTemporaryFolders(run);
    await servers?.stop();
    await copy.remove();
  }
  return findings;
}

async function record(findings: readonly Finding[]): Promise<void> {
  const page = projectRoot('docs', 'RELIABILITY.md');
  await writeFile(page, withTable(await readFile(page, 'utf8'), markdownOf(findings)));
}

async function main({ ids, list, record: isRecorded }: PlantedArguments): Promise<number> {
  const bugs = catalogue.filter(({ id }) => ids.length === 0 || ids.includes(id));
  if (list) {
    console.log(formatTable(bugs.map(({ id, file, breaks }) => [id, file, breaks])));
    return 0;
  }
  // Before anything takes time.
  for (const bug of bugs) plant(bug, await readFile(projectRoot(bug.file), 'utf8'));
  const findings = await runAll(bugs);
  if (interrupted.signal.aborted) return 130;
  console.log(`\n${formatTable(findings.map(rowOf))}\n\n${summaryOf(findings)}`);
  if (isRecorded) await record(findings);
  return findings.every(({ caught }) => caught) ? 0 : 1;
}

try {
  const options = readArguments(
    process.argv.slice(2),
    catalogue.map(({ id }) => id),
  );
  if (options === undefined) console.log(HELP);
  else process.exitCode = await main(options);
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof UsageError) console.error('  --help says more');
  process.exitCode = 1;
}
process.exit();
