import { DemoProblem, HELP, readArguments } from './arguments.js';
import { runDemo } from './run.js';

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else process.exitCode = (await runDemo(options)).addsUp ? 0 : 1;
} catch (error) {
  if (!(error instanceof DemoProblem)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
// Clients of Kafka and Docker, which come with the table of ports, may keep sockets open.
process.exit();
