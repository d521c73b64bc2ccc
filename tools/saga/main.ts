/** `npm run saga --`; see `--help`. */
import type { Action } from '../../apps/orchestrator/src/engine/wanted.js';
import { UsageError } from '../sagas/arguments.js';
import { formatTable } from '../stack/table.js';
import type { SagaCommand } from './command.js';
import { CommandProblem, EXIT } from './exit-status.js';
import { endWhenNobodyReads, remark } from './output.js';

const intervention = (action: Action) => async (): Promise<SagaCommand> =>
  (await import('./interventions.js')).intervention(action);

/** Each is loaded only when it is wanted: some bring half of the orchestrator along. */
const COMMANDS: Readonly<Record<string, () => Promise<SagaCommand>>> = {
  list: async () => (await import('./list.js')).list,
  show: async () => (await import('./show.js')).show,
  watch: async () => (await import('./watch.js')).watch,
  retry: intervention('retry'),
  skip: intervention('skip'),
  resolve: intervention('resolve'),
  cancel: intervention('cancel'),
  compensate: intervention('compensate'),
  hold: intervention('hold'),
  release: intervention('release'),
  move: intervention('move'),
  'clear-attention': intervention('clear-attention'),
  'settle-effect': intervention('settle-effect'),
  bulk: async () => (await import('./bulk.js')).bulk,
  dlq: async () => (await import('./dlq.js')).dlq,
  definitions: async () => (await import('./definitions.js')).definitions,
  figures: async () => (await import('./figures.js')).figures,
  keys: async () => (await import('./keys.js')).keys,
  seed: async () => (await import('./seed.js')).seed,
  searches: async () => (await import('./searches.js')).searches,
  'first-view': async () => (await import('./first-view.js')).firstView,
};

async function helpText(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => [name, (await load()).about]),
  );
  return `Looks at sagas and steers them, from the command line.

  npm run saga -- <command> [options]

${formatTable(rows)}

  npm run saga -- <command> --help tells more.`;
}

async function run([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(await helpText());
    return EXIT.done;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) {
    const known = Object.keys(COMMANDS).join(', ');
    throw new UsageError(`there is no command '${name}'; there is: ${known}. See --help`);
  }
  const command = await load();
  if (args.includes('--help') || args.includes('-h')) {
    console.log(command.help);
    return EXIT.done;
  }
  return command.run(args);
}

endWhenNobodyReads();
try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const isOurs = error instanceof UsageError || error instanceof CommandProblem;
  if (!isOurs) throw error;
  remark(`✗ ${error.message}`);
  process.exitCode = error instanceof CommandProblem ? error.status : EXIT.usage;
}
