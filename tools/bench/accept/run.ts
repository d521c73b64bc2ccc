/** `npm run bench -- accept`: both modes one after the other, a table, a file. */
import 'reflect-metadata';
import { BenchProblem } from '../arguments.js';
import { machineFacts } from '../machine.js';
import { postgresSettings } from '../measure.js';
import { headline, save } from '../output.js';
import { ProgressLine } from '../progress-line.js';
import type { AcceptOptions, Mode } from './arguments.js';
import { measureMode, type Measurement } from './measure.js';
import { acceptRemarks, acceptTable } from './report.js';

const SAY_EVERY_MS = 15_000;

/** Resolves with whether there are all figures, none of them void. @throws BenchProblem */
export async function runAccept(options: AcceptOptions, signal: AbortSignal): Promise<boolean> {
  if (process.platform !== 'linux') {
    throw new BenchProblem('The costs of processes are read from /proc: this needs Linux.');
  }
  const machine = machineFacts();
  const postgres = await postgresSettings();
  console.log(headline(machine, postgres));
  const measurements: Measurement[] = [];
  const failures: string[] = [];
  for (const mode of options.modes) {
    if (signal.aborted) return false;
    failures.push(...(await measured(mode, options, signal, measurements)));
  }
  if (signal.aborted) return false;
  const remarks = [...acceptRemarks(measurements), ...failures];
  console.log(`\n${acceptTable(measurements, machine.cores)}`);
  if (remarks.length > 0) console.log(`\n${remarks.join('\n')}`);
  const everything = { machine, postgres, options, measurements, remarks };
  save(options.json, `${JSON.stringify(everything, null, 2)}\n`);
  return failures.length === 0 && measurements.every(({ problems }) => problems.length === 0);
}

/** Adds to the measurements; what kept it from going on is its result. */
async function measured(
  mode: Mode,
  options: AcceptOptions,
  signal: AbortSignal,
  measurements: Measurement[],
): Promise<string[]> {
  const line = new ProgressLine(`sagas ${mode}`, SAY_EVERY_MS);
  const show = (text: string) => line.show(text);
  const found = (measurement: Measurement) => void measurements.push(measurement);
  try {
    await measureMode(mode, { options, signal, show, found });
    line.end(`sagas ${mode}: measured`);
    return [];
  } catch (error) {
    line.end(`sagas ${mode}: failed`);
    return [`failed: sagas ${mode}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
