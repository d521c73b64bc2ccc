/** `npm run saga:explore`: every run of every definition within bounds; see `--help`. */
import { explore, type Exploration } from '#saga';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { HELP, readArguments, UsageError, type ExploreArguments } from './arguments.js';
import { barrier } from './barrier.js';
import { examples } from './examples.js';
import { describe, describePairs } from './report.js';

const run = ({ names, ...bounds }: ExploreArguments): boolean => {
  const known = sagas.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new UsageError(`there is no saga '${unknown}'; known are ${known.join(', ')}`);
  console.log(
    `Up to ${bounds.faults} faults a run, ${bounds.attempts} sendings a command, ` +
      `${bounds.inFlight} messages on their way, 1 instance.\n`,
  );
  const explorations: Exploration[] = [];
  for (const definition of sagas) {
    if (names.length > 0 && !names.includes(definition.name)) continue;
    const title = `${definition.name} v${definition.version}`;
    const example = examples[definition.name];
    if (!example) throw new Error(`there is no example of '${definition.name}' to explore with`);
    const startedAt = performance.now();
    const found = explore({
      definition,
      barrier,
      ...example,
      ...bounds,
      onProgress: (states) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${title}: ${states} states `);
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    console.log(`${describe(title, found, (performance.now() - startedAt) / 1000)}\n`);
    explorations.push(found);
  }
  console.log(describePairs(explorations));
  return explorations.every(({ violation, cut }) => violation === undefined && cut === 0);
};

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else process.exitCode = run(options) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
