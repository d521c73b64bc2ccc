/** `npm run saga:preview`; see `--help`. */
import { SagaRegistry } from '#saga';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { formatTable } from '../stack/table.js';
import { readArguments, UsageError, type SagaArguments } from './arguments.js';
import { previewStored } from './preview-stored.js';
import { openSagaDatabase } from './stored-sagas.js';

const HELP = `Says of every live saga whether it could be moved to another version of its definition: compatible,
needs a mapping that the newer version declares, or must stay.

  npm run saga:preview -- [name] [options]

  name              a definition, such as place-order; default: all of them
  --to N            the version to move to; default: the latest of each definition
  --show N          how many findings are told one by one (default 20)
  --database URL    the orchestrator's database; default: that of the running stack
  --help

Nothing is changed, and the exit status is 0.`;

const run = async (options: SagaArguments): Promise<boolean> => {
  const { definition } = options;
  const known = [...new Set(sagas.map(({ name }) => name))];
  if (definition !== undefined && !known.includes(definition)) {
    throw new UsageError(`there is no saga '${definition}'; known are ${known.join(', ')}`);
  }
  const database = await openSagaDatabase(options.databaseUrl);
  try {
    const { counts, findings } = await previewStored(database, new SagaRegistry(sagas), options);
    const rows = Object.entries(counts).map(([pair, row]) => [
      pair,
      ...Object.entries(row).map(([verdict, count]) => `${verdict} ${count}`),
    ]);
    console.log(rows.length > 0 ? formatTable(rows) : 'No live saga is on another version.');
    for (const finding of findings) console.log(finding);
    return true;
  } finally {
    await database.close();
  }
};

try {
  const options = readArguments(process.argv.slice(2), { withTarget: true });
  if (options === undefined) console.log(HELP);
  else process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
