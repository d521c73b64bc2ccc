/** `npm run saga:replay`; see `--help`. */
import { SagaRegistry } from '#saga';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { formatTable } from '../stack/table.js';
import { readArguments, UsageError, type SagaArguments } from './arguments.js';
import { replayStored } from './replay-stored.js';
import { openSagaDatabase } from './stored-sagas.js';

const HELP = `Decides the stored histories of finished sagas again, with the code that lies here, and shows where
a saga would have gone another way.

  npm run saga:replay -- [name] [options]

  name              a definition, such as place-order; default: all of them
  --show N          how many findings are told one by one (default 20)
  --database URL    the orchestrator's database; default: that of the running stack
  --help

The exit status is 1 when one differs. Nothing is changed.`;

const run = async (options: SagaArguments): Promise<boolean> => {
  const { definition } = options;
  const known = [...new Set(sagas.map(({ name }) => name))];
  if (definition !== undefined && !known.includes(definition)) {
    throw new UsageError(`there is no saga '${definition}'; known are ${known.join(', ')}`);
  }
  const database = await openSagaDatabase(options.databaseUrl);
  try {
    const { counts, findings } = await replayStored(database, new SagaRegistry(sagas), options);
    console.log(formatTable(Object.entries(counts).map(([name, count]) => [name, String(count)])));
    for (const finding of findings) console.log(finding);
    return counts.different === 0;
  } finally {
    await database.close();
  }
};

try {
  const options = readArguments(process.argv.slice(2), { withTarget: false });
  if (options === undefined) console.log(HELP);
  else process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
