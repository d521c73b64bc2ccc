/** `npm run saga:explore`: every run of every definition within bounds; see `--help`. */
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { HELP, readArguments, UsageError, type ExploreArguments } from './arguments.js';
import { examples } from './examples.js';
import { describe, describeBounds, describePairs } from './report.js';
import { exploreAll, type Task } from './threads.js';

const LEAST_FAULTS = 3;
const FAULTS_WITH_PEOPLE = 2;

const run = async ({ names, allVersions, bounds }: ExploreArguments): Promise<boolean> => {
  const known = sagas.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new UsageError(`there is no saga '${unknown}'; known are ${known.join(', ')}`);
  console.log(`${describeBounds(bounds)}\n`);
  const tasks = sagas.flatMap(({ name, version }, index): Task[] => {
    const isMeant = names.length === 0 || names.includes(name);
    if (!isMeant || !(allVersions || version === newestOf(name))) return [];
    const usual = bounds.people ? FAULTS_WITH_PEOPLE : (examples[name]?.faults ?? LEAST_FAULTS);
    return [{ index, bounds, faults: bounds.faults ?? usual }];
  });
  const progress = new Map<number, number>();
  const finished = await exploreAll(tasks, ({ index }, states) => {
    progress.set(index, states);
    if (process.stderr.isTTY) process.stderr.write(`\r${describeProgress(progress)} `);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  finished.forEach(({ found, seconds }, at) => {
    const { index = 0, faults = 0 } = tasks[at] ?? {};
    console.log(`${describe(`${titleOf(index)}, ${faults} faults`, found, seconds)}\n`);
  });
  const explorations = finished.map(({ found }) => found);
  console.log(describePairs(explorations));
  return explorations.every(({ violation, cut }) => violation === undefined && cut === 0);
};

const newestOf = (wanted: string): number =>
  Math.max(...sagas.filter(({ name }) => name === wanted).map(({ version }) => version));

const titleOf = (index: number): string => `${sagas[index]?.name} v${sagas[index]?.version}`;

const describeProgress = (states: ReadonlyMap<number, number>): string =>
  [...states].map(([index, count]) => `${titleOf(index)}: ${count} states`).join(' · ');

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
