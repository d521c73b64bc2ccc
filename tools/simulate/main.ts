/** `npm run simulate`: the services' own code in simulated worlds; see `--help`. */
import 'reflect-metadata';
import { HELP, readArguments, UsageError, type SimulateArguments } from './arguments.js';
import { planOf } from './plan.js';
import { describe } from './report.js';
import { run } from './run.js';
import { shrink, tell } from './shrink.js';
import { runOnThreads } from './threads.js';

async function simulate(options: SimulateArguments): Promise<boolean> {
  const { from, seeds, workers, json } = options;
  if (options.trace) return trace(from);
  const startedAt = performance.now();
  const summary = await runOnThreads({
    from,
    seeds,
    workers,
    onProgress: (done, failures) => {
      if (!process.stderr.isTTY) return;
      process.stderr.write(`\r${done} of ${seeds} seeds, ${failures} failed `);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(json ? JSON.stringify({ ...summary, seconds }, null, 2) : describe(summary, seconds));
  const [failure] = summary.failures;
  if (failure && options.shrink) {
    const plan = planOf(failure.seed);
    console.log(`\n${await tell(plan, await shrink(plan))}`);
  }
  return failure === undefined;
}

async function trace(seed: number): Promise<boolean> {
  const { trace: lines, violations, hash, steps } = await run(planOf(seed), true);
  for (const line of lines) console.log(line);
  console.log(`${steps} steps, trace hash ${hash}`);
  return violations.length === 0;
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else process.exitCode = (await simulate(options)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}
