/** `npm run saga --`; see `--help`. */
import { UsageError } from '../sagas/arguments.js';
import { formatTable } from '../stack/table.js';
import type { SagaCommand } from './command.js';
import { keys } from './keys.js';
import { searches } from './searches.js';
import { seed } from './seed.js';

const COMMANDS: Readonly<Record<string, SagaCommand>> = { keys, seed, searches };

const HELP = `Looks at sagas and steers them, from the command line.

  npm run saga -- <command> [options]

${formatTable(Object.entries(COMMANDS).map(([name, { about }]) => [name, about]))}

  npm run saga -- <command> --help tells more.`;

async function run([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(HELP);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    const known = Object.keys(COMMANDS).join(', ');
    throw new UsageError(`there is no command '${name}'; there is: ${known}. See --help`);
  }
  if (args.includes('--help') || args.includes('-h')) {
    console.log(command.help);
    return 0;
  }
  return command.run(args);
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 2;
}
