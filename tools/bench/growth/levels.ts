/** The parts that compare levels: what differs between levels, and rounds that alternate. */
import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BenchProblem } from '../arguments.js';
import type { LevelPart } from './arguments.js';
import { fill } from './fill.js';
import { orderLines } from './order-lines.js';
import type { LevelRun, LevelsResult } from './results.js';
import { growSeeds } from './seeds.js';
import { perSecond, Session, type Surroundings } from './session.js';
import { emptyFolder, startWorld, type World } from './world.js';

/** A saga of the bench with its history and all indexes; it was 6.5 kB. */
const BYTES_A_SAGA = 6_700;
/** Logs of Postgres, the broker, and everything that sagas leave while they are measured. */
const BYTES_BESIDE = 4e9;

/** Opens the world of a level; what it was opened for ends with it. */
type Open = (level: number) => Promise<World>;

/** Adds to `found` as it goes, so that what was measured before a failure stays. */
export async function measureLevels(
  part: LevelPart,
  around: Surroundings,
  found: LevelsResult,
): Promise<void> {
  // What is returned is awaited here: the folder goes with the block.
  await using folder = await emptyFolder(part);
  const dataDir = join(folder.path, 'postgres');
  switch (part) {
    case 'finished':
    case 'waiting': {
      await fillAll(part, folder.path, around, found);
      return await rounds(part, around, found, (level) =>
        startWorld({ dataDir: join(folder.path, `${level}`) }),
      );
    }
    case 'replicas':
      return await rounds(part, around, found, (level) =>
        startWorld({ dataDir, system: { replicas: { orchestrator: level } } }),
      );
    case 'lines': {
      // Nothing but the load differs, so that all levels meet the same processes.
      await using world = await startWorld({ dataDir });
      const lent = { ...world, [Symbol.asyncDispose]: () => Promise.resolve() };
      return await rounds(part, around, found, () => Promise.resolve(lent));
    }
  }
}

async function rounds(
  part: LevelPart,
  around: Surroundings,
  { levels, runs }: LevelsResult,
  open: Open,
): Promise<void> {
  const [base] = levels;
  let rate: number | undefined;
  for (let round = 1; round <= around.options.rounds; round += 1) {
    // What warms up or tires in the course of a round meets another level first in the next.
    for (const level of round % 2 === 1 ? levels : levels.toReversed()) {
      if (around.signal.aborted) throw new Error('interrupted');
      const where = `round ${round}, ${level.toLocaleString('en-US')}`;
      const show = (text: string) => around.show(`${where}: ${text}`);
      show('starts');
      await using world = await open(level);
      const lines = part === 'lines' ? orderLines(level) : undefined;
      const session = new Session(world, { ...around, show }, `r${round}l${level}`, lines);
      const run = await measureLevel(session, around, { level, round, rate });
      runs.push(run);
      // The first of the first round is the one that the others are compared with.
      if (level === base) rate = perSecond(run.throughput) / 2;
    }
  }
}

interface Turn {
  readonly level: number;
  readonly round: number;
  /** Orders a second of the half load; undefined: half of what it does itself. */
  readonly rate: number | undefined;
}

async function measureLevel(
  session: Session,
  { options: { warmUpMs, windowMs } }: Surroundings,
  { level, round, rate }: Turn,
): Promise<LevelRun> {
  await session.warmUp();
  const throughput = await session.throughput();
  // One a second, when nothing at all ended: the audit will say so.
  const half = { rate: Math.max(1, rate ?? perSecond(throughput) / 2) };
  const atHalf = await session.take('half load', half, warmUpMs / 2, windowMs);
  const problems = await session.audit();
  if (throughput.result.sagas === 0) problems.push('no saga ended within the window');
  return { level, round, throughput, half: atHalf, problems };
}

async function fillAll(
  part: 'finished' | 'waiting',
  folder: string,
  around: Surroundings,
  { levels, filled }: LevelsResult,
): Promise<void> {
  await demandSpace(part, levels, folder);
  const seeds = await growSeeds(folder, around);
  for (const level of levels) {
    if (around.signal.aborted) throw new Error('interrupted');
    const dataDir = join(folder, `${level}`);
    // With its owner, who is not the one who runs this when that is root.
    await promisify(execFile)('cp', ['-a', seeds.dataDir, dataDir]);
    filled.push(await fill({ dataDir, seed: seeds[part], count: level }, around));
  }
}

/** @throws BenchProblem when the levels will not fit, before hours are spent on them */
async function demandSpace(part: string, levels: readonly number[], folder: string): Promise<void> {
  const needed = BYTES_BESIDE + BYTES_A_SAGA * levels.reduce((sum, level) => sum + level, 0);
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  const gigabytes = (bytes: number) => `${Math.ceil(bytes / 1e9)} GB`;
  throw new BenchProblem(
    `${part}: ${gigabytes(needed)} of disk are needed and ${gigabytes(bavail * bsize)} are free: ` +
      `make room, or name fewer sagas with --${part}.`,
  );
}
