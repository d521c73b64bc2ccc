/** `npm run saga:explore`: every run of every definition within bounds; see `--help`. */
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { HELP, readArguments, UsageError, type ExploreArguments } from './arguments.js';
import { describe, describeBounds, describePairs } from './report.js';
import { tasksOf, titleOf } from './tasks.js';
import { exploreAll } from './threads.js';

const run = async ({ names, allVersions, bounds }: ExploreArguments): Promise<boolean> => {
  const known = sagas.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new UsageError(`there is no saga '${unknown}'; known are ${known.join(', ')}`);
  console.log(`${describeBounds(bounds)}\n`);
  const tasks = tasksOf(sagas, { names, allVersions, bounds });
  const progress = new Map<string, number>();
  const finished = await exploreAll(tasks, (task, states) => {
    progress.set(titleOf(sagas, task), states);
    if (process.stderr.isTTY) process.stderr.write(`\r${describeProgress(progress)} `);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  for (const { task, found, seconds } of finished) {
    const title = `${titleOf(sagas, task)}, ${task.faults} faults`;
    const isLenient = bounds.faults !== undefined;
    console.log(`${describe(title, found, { seconds, isLenient })}\n`);
  }
  const explorations = finished.map(({ found }) => found);
  console.log(describePairs(explorations));
  return explorations.every(({ violation, cut }) => violation === undefined && cut === 0);
};

/** Those that are being explored now: the newest ones. */
const describeProgress = (states: ReadonlyMap<string, number>): string =>
  [...states]
    .slice(-2)
    .map(([title, count]) => `${title}: ${count} states`)
    .join(' · ');

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
