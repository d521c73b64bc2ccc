import { parseArguments, type Command } from './arguments.js';
import { help } from './help.js';
import { runDown, runReset } from './down.js';
import { runLogs } from './logs.js';
import { runSelftest } from './selftest.js';
import { StackProblem, stackSettings } from './settings.js';
import { runStatus } from './status.js';
import { runTail } from './tail.js';
import { runTopics } from './topics.js';
import { runUp } from './up.js';
import { runUpInBackground } from './background.js';

async function run(command: Command): Promise<number> {
  const settings = stackSettings();
  switch (command.command) {
    case 'help':
      console.log(help);
      return 0;
    case 'up':
      return command.detached
        ? runUpInBackground(settings, command.only)
        : runUp(settings, command.only);
    case 'status':
      return runStatus(settings);
    case 'logs':
      return runLogs(settings, command);
    case 'down':
      return runDown(settings);
    case 'reset':
      return runReset(settings);
    case 'topics':
      return runTopics(settings);
    case 'tail':
      return runTail(settings, command);
    case 'selftest':
      return runSelftest(settings);
  }
}

/** A broker that is busy or on its way up is nothing to be shown a stack trace for. */
const isKafkaProblem = (error: unknown): error is Error =>
  error instanceof Error && error.name.startsWith('KafkaJS');

try {
  process.exitCode = await run(parseArguments(process.argv.slice(2)));
} catch (error) {
  const isExpected = error instanceof StackProblem || isKafkaProblem(error);
  if (!isExpected) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
// Clients of Kafka and Docker may keep sockets open that nobody needs any more.
process.exit();
