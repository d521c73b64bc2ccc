/** The whole benchmark: prepare, rounds, tables, files. */
import { BenchProblem, type BenchOptions } from './arguments.js';
import { CONTENDERS, type ContenderSpec } from './contenders.js';
import { machineFacts } from './machine.js';
import { measure, postgresSettings, type Attempt } from './measure.js';
import { headline, save } from './output.js';
import { prepare } from './prepare.js';
import { attemptLine, figuresTable, ratiosTable, remarks } from './report.js';
import { ProgressLine } from './progress-line.js';
import { plot } from './svg.js';
import { summarise } from './summary.js';

/**
 * Resolves with whether there are figures, none of them void; when lenient, with whether nothing
 * that was measured has effects which do not add up. @throws BenchProblem
 */
export async function runBench(options: BenchOptions, signal: AbortSignal): Promise<boolean> {
  if (process.platform !== 'linux') {
    const problem = 'The benchmark reads the costs of processes from /proc: it needs Linux.';
    if (!options.lenient) throw new BenchProblem(problem);
    console.log(problem);
    return true;
  }
  const machine = machineFacts();
  const wanted = CONTENDERS.filter(({ name }) => options.only.includes(name));
  const how = { say: console.log, mayTakeLong: !options.quick, signal };
  const { specs, leftOut } = await prepare(wanted, how);
  for (const { contender, reason } of leftOut) console.log(`✗ without ${contender}: ${reason}`);
  if (options.prepareOnly) return leftOut.length === 0;
  if (signal.aborted) return false;
  if (specs.length === 0) throw new BenchProblem('None of the contenders can take part.');

  const postgres = await postgresSettings();
  const { cpu, cores } = machine;
  console.log(headline(machine, postgres));
  const attempts = await runRounds(specs, options, signal);
  if (signal.aborted) return false;

  const summaries = summarise(specs, attempts);
  const tables = [figuresTable(summaries), ratiosTable(summaries)].filter((text) => text !== '');
  console.log(`\nMedians of ${roundsOf(options)} (least-most)\n\n${tables.join('\n\n')}`);
  const said = remarks(attempts, leftOut, cores);
  if (said.length > 0) console.log(`\n${said.join('\n')}`);

  const everything = { machine, postgres, options, leftOut, summaries, attempts, remarks: said };
  save(options.json, `${JSON.stringify(everything, null, 2)}\n`);
  const day = machine.takenAt.slice(0, 10);
  const note = `${cores} cores (${cpu}), medians of ${roundsOf(options)}, ${day}`;
  save(options.svg, plot(summaries, note));
  return attempts.every(options.lenient ? addsUp : isClean);
}

async function runRounds(
  specs: readonly ContenderSpec[],
  options: BenchOptions,
  signal: AbortSignal,
): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (let number = 1; number <= options.rounds; number += 1) {
    // What warms up or tires in the course of a round meets another one first in the next.
    const order = number % 2 === 1 ? specs : specs.toReversed();
    for (const spec of order) {
      if (signal.aborted) return attempts;
      const line = new ProgressLine(`${spec.name}, round ${number} of ${options.rounds}`);
      const show = (text: string) => line.show(text);
      const attempt = await measure(spec, { number, options, signal, show });
      attempts.push(attempt);
      line.end(attemptLine(attempt));
    }
  }
  return attempts;
}

const roundsOf = ({ rounds }: BenchOptions): string =>
  rounds === 1 ? '1 round' : `${rounds} rounds`;

const isClean = ({ failure, measurements }: Attempt): boolean =>
  failure === undefined &&
  Object.values(measurements).every(({ problems }) => problems.length === 0);

const addsUp = ({ measurements }: Attempt): boolean =>
  Object.values(measurements).every(({ miscounts }) => miscounts.length === 0);
