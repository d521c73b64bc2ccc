/** `npm run bench -- growth`: one part after the other, tables, files. */
import 'reflect-metadata';
import { BenchProblem } from '../arguments.js';
import { machineFacts, type MachineFacts } from '../machine.js';
import { postgresSettings } from '../measure.js';
import { headline, save } from '../output.js';
import { ProgressLine } from '../progress-line.js';
import type { GrowthOptions, Part } from './arguments.js';
import { measureBacklog } from './backlog.js';
import { measureLevels } from './levels.js';
import { measureMemory } from './memory.js';
import { plotGrowth } from './plot.js';
import {
  backlogTable,
  growthRemarks,
  isClean,
  levelsTable,
  memoryTable,
  memoryTitle,
  sizesTable,
} from './report.js';
import type { BacklogResult, GrowthResults, LevelsResult, MemoryResult } from './results.js';
import type { Surroundings } from './session.js';

const SAY_EVERY_MS = 15_000;

/** Grows while it is measured. */
class Found implements GrowthResults {
  readonly levels: LevelsResult[] = [];
  memory?: MemoryResult;
  backlog?: BacklogResult;
}

/** Resolves with whether there are all figures, none of them void. @throws BenchProblem */
export async function runGrowth(options: GrowthOptions, signal: AbortSignal): Promise<boolean> {
  if (process.platform !== 'linux') {
    throw new BenchProblem('The memory of processes is read from /proc: this needs Linux.');
  }
  const machine = machineFacts();
  const postgres = await postgresSettings();
  console.log(headline(machine, postgres));
  const found = new Found();
  const failures: string[] = [];
  for (const part of options.parts) {
    if (!signal.aborted) failures.push(...(await measured(part, found, options, signal)));
  }
  const remarks = [...growthRemarks(found), ...failures];
  console.log(`\n${tablesOf(found).join('\n\n')}`);
  if (remarks.length > 0) console.log(`\n${remarks.join('\n')}`);
  const { levels, memory, backlog } = found;
  const everything = { machine, postgres, options, levels, memory, backlog, remarks };
  save(options.json, `${JSON.stringify(everything, null, 2)}\n`);
  save(options.svg, plotGrowth(found, noteOf(machine, options)));
  return failures.length === 0 && isClean(found);
}

/** Adds to what was found; what kept it from going on is its result. */
async function measured(
  part: Part,
  found: Found,
  options: GrowthOptions,
  signal: AbortSignal,
): Promise<string[]> {
  const line = new ProgressLine(part, SAY_EVERY_MS);
  const show = (text: string) => line.show(text);
  try {
    await measurePart(part, found, { options, signal, show });
    line.end(`${part}: measured`);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const failure = `failed: ${part}: ${signal.aborted ? 'interrupted' : message}`;
    line.end(failure);
    return [failure];
  }
}

async function measurePart(part: Part, found: Found, around: Surroundings): Promise<void> {
  if (part === 'memory') found.memory = await measureMemory(around);
  else if (part === 'backlog') found.backlog = await measureBacklog(around);
  else {
    const levels: LevelsResult = {
      ...{ part, levels: around.options.levels[part], runs: [], filled: [] },
    };
    found.levels.push(levels);
    await measureLevels(part, around, levels);
  }
}

function tablesOf({ levels, memory, backlog }: GrowthResults): string[] {
  const tables = levels.flatMap((found) => [
    ...(found.runs.length === 0 ? [] : [levelsTable(found)]),
    sizesTable(found),
  ]);
  if (memory) tables.push(`${memoryTitle(memory)}\n\n${memoryTable(memory)}`);
  if (backlog) tables.push(backlogTable(backlog));
  return tables.filter((text) => text !== '');
}

function noteOf({ cpu, cores, takenAt }: MachineFacts, { rounds }: GrowthOptions): string {
  const times = rounds === 1 ? '1 round' : `${rounds} rounds`;
  return `${cores} cores (${cpu}), medians of ${times}, ${takenAt.slice(0, 10)}`;
}
