/**
 * `npm run bench`: the order saga side by side on several engines; `npm run bench -- accept`: only
 * acceptance over HTTP; `… growth`: how costs grow; `… limits`: what database and broker give by
 * themselves; `… shop`: the whole shop. See `--help` of each.
 */
import { ACCEPT_HELP, readAcceptArguments } from './accept/arguments.js';
import { BenchProblem, HELP, readArguments } from './arguments.js';
import { GROWTH_HELP, readGrowthArguments } from './growth/arguments.js';
import { LIMITS_HELP, readLimitsArguments } from './limits/arguments.js';
import { runBench } from './run.js';
import { SHOP_HELP, readShopArguments } from './shop/arguments.js';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => interrupt.abort());
}

try {
  const succeeded = await run(process.argv.slice(2));
  process.exitCode = succeeded ? 0 : 1;
  if (interrupt.signal.aborted) process.exitCode = 130;
} catch (error) {
  if (!(error instanceof BenchProblem)) throw error;
  console.error(`✗ ${error.message}`);
  process.exitCode = 1;
}

function run(args: readonly string[]): Promise<boolean> {
  const [first, ...others] = args;
  if (first === 'accept') return accept(others);
  if (first === 'growth') return growth(others);
  if (first === 'limits') return limits(others);
  if (first === 'shop') return shop(others);
  return compare(args);
}

async function compare(args: readonly string[]): Promise<boolean> {
  const options = readArguments(args);
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

async function shop(args: readonly string[]): Promise<boolean> {
  const options = readShopArguments(args);
  if (options === undefined) {
    console.log(SHOP_HELP);
    return true;
  }
  const { runShop } = await import('./shop/run.js');
  return runShop(options, interrupt.signal);
}

async function growth(args: readonly string[]): Promise<boolean> {
  const options = readGrowthArguments(args);
  if (options === undefined) {
    console.log(GROWTH_HELP);
    return true;
  }
  const { runGrowth } = await import('./growth/run.js');
  return runGrowth(options, interrupt.signal);
}
