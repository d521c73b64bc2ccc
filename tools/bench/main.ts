/** `npm run bench`: the order saga side by side on several engines; see `--help`. */
import { BenchProblem, HELP, readArguments } from './arguments.js';
import { runBench } from './run.js';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => interrupt.abort());
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else process.exitCode = (await runBench(options, interrupt.signal)) ? 0 : 1;
  if (interrupt.signal.aborted) process.exitCode = 130;
} catch (error) {
  if (!(error instanceof BenchProblem)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
