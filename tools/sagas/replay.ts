/** `npm run saga:replay`; see `--help`. */
import { SagaRegistry } from '#saga';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { formatTable } from '../stack/table.js';
import { readArguments, UsageError, type SagaArguments } from './arguments.js';
import { replayStored } from './replay-stored.js';
import { openSagaDatabase } from './stored-sagas.js';

const HELP = `Decides the stored histories of finished sagas again, with the code that lies here, and shows where
a saga would have gone another way, or have said something else. It compares

  of each message   the saga's state, the steps that changed, the commands that were sent, and of each
                    command its name and payload (a payload that quotes a cause does so in its words)
  in the end        the input, the ledger, the version, the state of each step, the codes of cause, cancel,
                    hold and attention, and when what was sent last was due

and no words, and not what a command had said where that was not kept: such sagas are counted.

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
    const report = await replayStored(database, new SagaRegistry(sagas), options);
    const { counts, unmarked, findings } = report;
    console.log(formatTable(Object.entries(counts).map(([name, count]) => [name, String(count)])));
    if (unmarked > 0) console.log(unmarkedLine(unmarked));
    for (const finding of findings) console.log(finding);
    return counts.different === 0;
  } finally {
    await database.close();
  }
};

const unmarkedLine = (count: number): string =>
  `Of ${count} that are the same it was not kept what all of their commands said: only ids were compared.`;

try {
  const options = readArguments(process.argv.slice(2), { withTarget: false });
  if (options === undefined) console.log(HELP);
  else process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
