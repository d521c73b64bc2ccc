/** `npm run bench -- shop`: one measurement after the other, a table each, a file. */
import 'reflect-metadata';
import { machineFacts } from '../machine.js';
import { postgresSettings } from '../measure.js';
import { headline, save } from '../output.js';
import { ProgressLine } from '../progress-line.js';
import type { ShopOptions } from './arguments.js';
import type { Wait } from './ending.js';
import { measureMail, type MailFigures } from './mail.js';
import { measureOutage, type OutageFigures } from './outage.js';
import { measureReaders, type ReadersFigures } from './readers.js';
import { mailTable, outageTable, readersTable, throughputTable } from './report.js';
import { measureThroughput, type ThroughputFigures } from './throughput.js';

const SAY_EVERY_MS = 15_000;

interface Results {
  mail?: MailFigures;
  throughput?: ThroughputFigures;
  readers?: ReadersFigures;
  outage?: OutageFigures;
}

type Show = Wait['show'];

/** Resolves with whether everything adds up. @throws BenchProblem */
export async function runShop(options: ShopOptions, signal: AbortSignal): Promise<boolean> {
  const machine = machineFacts();
  const postgres = await postgresSettings();
  console.log(headline(machine, postgres));
  const results: Results = {};
  try {
    await measureAll(options, signal, results);
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
  save(options.json, `${JSON.stringify({ machine, postgres, options, ...results }, null, 2)}\n`);
  return [results.throughput, results.readers, results.outage].every(
    (figures) => (figures?.discrepancies.length ?? 0) === 0,
  );
}

async function measureAll(
  options: ShopOptions,
  signal: AbortSignal,
  results: Results,
): Promise<void> {
  if (options.measures.includes('mail')) {
    const measure = (show: Show) => measureMail(options.orders, { signal, show });
    results.mail = await shown('mail', measure);
    console.log(`\n${mailTable(results.mail)}\n`);
  }
  if (options.measures.includes('throughput')) {
    const measure = (show: Show) => measureThroughput(options, { signal, show });
    results.throughput = await shown('throughput', measure);
    console.log(`\n${throughputTable(results.throughput)}\n`);
  }
  if (options.measures.includes('readers')) {
    const measure = (show: Show) => measureReaders(options, { signal, show });
    results.readers = await shown('readers', measure);
    console.log(`\n${readersTable(results.readers)}\n`);
  }
  if (options.measures.includes('outage')) {
    results.outage = await shown('outage', (show) => measureOutage(options, signal, show));
    console.log(`\n${outageTable(results.outage)}\n`);
  }
}

async function shown<Result>(
  what: string,
  measure: (show: Show) => Promise<Result>,
): Promise<Result> {
  const line = new ProgressLine(what, SAY_EVERY_MS);
  try {
    const result = await measure((text) => line.show(text));
    line.end(`${what}: measured`);
    return result;
  } catch (error) {
    line.end(`${what}: failed`);
    throw error;
  }
}
