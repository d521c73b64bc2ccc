/**
 * `npm run bench`: the order saga side by side on several engines; `npm run bench -- accept`: only
 * acceptance over HTTP. See `--help` of both.
 */
import { ACCEPT_HELP, readAcceptArguments } from './accept/arguments.js';
import { BenchProblem, HELP, readArguments } from './arguments.js';
import { LIMITS_HELP, readLimitsArguments } from './limits/arguments.js';
import { runBench } from './run.js';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => interrupt.abort());
}

try {
  const [first, ...others] = process.argv.slice(2);
  const succeeded = await (first === 'accept'
    ? accept(others)
    : first === 'limits'
      ? limits(others)
      : compare());
  process.exitCode = succeeded ? 0 : 1;
  if (interrupt.signal.aborted) process.exitCode = 130;
} catch (error) {
  if (!(error instanceof BenchProblem)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}

async function compare(): Promise<boolean> {
  const options = readArguments(process.argv.slice(2));
  if (options !== undefined) return runBench(options, interrupt.signal);
  console.log(HELP);
  return true;
}

async function accept(args: readonly string[]): Promise<boolean> {
  const options = readAcceptArguments(args);
  if (options === undefined) {
    console.log(ACCEPT_HELP);
    return true;
  }
  // With the system come its frameworks, which the other measurements do without.
  const { runAccept } = await import('./accept/run.js');
  return runAccept(options, interrupt.signal);
}

async function limits(args: readonly string[]): Promise<boolean> {
  const options = readLimitsArguments(args);
  if (options === undefined) {
    console.log(LIMITS_HELP);
    return true;
  }
  const { runLimits } = await import('./limits/run.js');
  return runLimits(options, interrupt.signal);
}
