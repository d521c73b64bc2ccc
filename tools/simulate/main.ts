/** `npm run simulate`: the services' own code in simulated worlds; see `--help`. */
import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { projectRoot } from '#testing';
import { HELP, readArguments, UsageError, type SimulateArguments } from './arguments.js';
import { planOf } from './plan.js';
import { describe } from './report.js';
import { run } from './run.js';
import { shrink, tell } from './shrink.js';
import { emptySummary, merge, neverMet, tooKind, type Summary } from './summary.js';
import { addSlice, nextSeedOf, readTally, writeTally } from './tally.js';
import { runOnThreads } from './threads.js';

/** How often a long run adds to its tally, so that little is lost when it is ended. */
const TALLY_EVERY_MS = 5 * 60_000;

async function simulate(options: SimulateArguments): Promise<boolean> {
  const { tally: file, json, from, seeds, minutes } = options;
  const first = from ?? (file === undefined ? 1 : nextSeedOf(readTally(file)));
  if (options.trace) return trace(first);
  const startedAt = performance.now();
  const endMs = minutes === undefined ? Infinity : startedAt + minutes * 60_000;
  const summary = emptySummary();
  while (summary.seeds < seeds && performance.now() < endMs) {
    const leftMs = endMs - performance.now();
    const withinMs = file === undefined ? leftMs : Math.min(leftMs, TALLY_EVERY_MS);
    const slice = await runSlice(options, first, summary, withinMs);
    if (file !== undefined) {
      const { tally, commit } = { tally: readTally(file), commit: currentCommit(file) };
      const seconds = Math.round(slice.seconds);
      const what = { from: first + summary.seeds, seeds: slice.summary.seeds, commit, seconds };
      writeTally(file, addSlice(tally, what, slice.summary));
    }
    merge(summary, slice.summary);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(json ? JSON.stringify({ ...summary, seconds }, null, 2) : describe(summary, seconds));
  const [failure] = summary.failures;
  if (failure && options.shrink) {
    const plan = planOf(failure.seed);
    console.log(`\n${await tell(plan, await shrink(plan))}`);
  }
  const isLacking = options.everySituation && neverMet(summary).length > 0;
  return failure === undefined && !isLacking && tooKind(summary).length === 0;
}

async function runSlice(
  { seeds, workers }: SimulateArguments,
  first: number,
  before: Summary,
  withinMs: number,
): Promise<{ readonly summary: Summary; readonly seconds: number }> {
  const startedAt = performance.now();
  const isTerminal = process.stderr.isTTY;
  const summary = await runOnThreads({
    from: first + before.seeds,
    seeds: seeds - before.seeds,
    workers,
    ...(withinMs !== Infinity && { withinMs }),
    onProgress: (done, failures) => {
      if (!isTerminal) return;
      const failed = before.failures.length + failures;
      process.stderr.write(`\r${before.seeds + done} of ${seeds} seeds, ${failed} failed `);
    },
  });
  if (isTerminal) process.stderr.write('\r\u001b[K');
  return { summary, seconds: (performance.now() - startedAt) / 1_000 };
}

/** The commit of the checkout, marked where anything but the tally itself differs from it. */
const currentCommit = (tally: string): string => {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: projectRoot(), encoding: 'utf8' }).trim();
  const changed = git('diff', '--name-only', 'HEAD').split('\n').filter(Boolean);
  const isDirty = changed.some((file) => projectRoot(file) !== resolve(tally));
  return `${git('rev-parse', '--short', 'HEAD')}${isDirty ? '-dirty' : ''}`;
};

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
