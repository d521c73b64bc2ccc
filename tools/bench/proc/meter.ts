import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import {
  parseMachineTicks,
  parsePssBytes,
  parseStat,
  parseWrittenBytes,
  treeOf,
  type ProcessStat,
} from './parse.js';

/** What a stretch of time cost. */
export interface Usage {
  readonly seconds: number;
  /** By all processes of the trees. */
  readonly cpuMs: number;
  /**
   * To the device of the data, by anybody; undefined when it has no counter. What the system counts
   * by process is no use: it takes each page for the whole large folio around it, 2 MiB for 8 KiB.
   */
  readonly writtenBytes: number | undefined;
  /** The most that the trees held at a look; looked at about once a second. */
  readonly peakBytes: number;
  /** CPU time that others on this machine took. */
  readonly foreignCpuMs: number;
  /** CPU time that other machines on the same host took. */
  readonly stolenCpuMs: number;
}

interface Reading {
  readonly atMs: number;
  readonly cpuMs: number;
  readonly writtenBytes: number | undefined;
  readonly busyMs: number;
  readonly stolenMs: number;
}

const LOOK_EVERY_MS = 1_000;

/** Watches trees of processes, given by their roots. */
export class Meter {
  private opened: Reading | undefined;
  private peakBytes = 0;
  private timer: NodeJS.Timeout | undefined;

  private readonly device: number;
  private readonly msPerTick: number;

  /** `folder`: where they keep their data. */
  constructor(
    private readonly roots: () => readonly number[],
    folder: string,
  ) {
    this.device = statSync(folder).dev;
    this.msPerTick = msPerTick();
  }

  open(): void {
    this.peakBytes = 0;
    this.opened = this.read();
    this.timer = setInterval(() => this.lookAtMemory(), LOOK_EVERY_MS);
  }

  /** Does not look any more; what was seen is forgotten unless `close` follows. */
  rest(): void {
    clearInterval(this.timer);
  }

  close(): Usage {
    this.rest();
    const before = this.opened;
    if (before === undefined) throw new Error('The meter was not opened.');
    const after = this.read();
    this.lookAtMemory();
    const cpuMs = after.cpuMs - before.cpuMs;
    // The meter's own time is among the foreign, which is right: it is a disturbance.
    const foreignCpuMs = Math.max(0, after.busyMs - before.busyMs - cpuMs);
    return {
      seconds: (after.atMs - before.atMs) / 1000,
      cpuMs,
      writtenBytes: difference(after.writtenBytes, before.writtenBytes),
      peakBytes: this.peakBytes,
      foreignCpuMs,
      stolenCpuMs: after.stolenMs - before.stolenMs,
    };
  }

  private tree(): ProcessStat[] {
    return processTree(this.roots());
  }

  private read(): Reading {
    const machine = parseMachineTicks(readFileSync('/proc/stat', 'utf8'));
    return {
      atMs: performance.now(),
      cpuMs: sum(this.tree(), ({ ticks }) => ticks) * this.msPerTick,
      writtenBytes: parseWrittenBytes(readFileSync('/proc/diskstats', 'utf8'), this.device),
      busyMs: machine.busy * this.msPerTick,
      stolenMs: machine.stolen * this.msPerTick,
    };
  }

  private lookAtMemory(): void {
    this.peakBytes = Math.max(this.peakBytes, sum(this.tree(), pssBytesOf));
  }
}

/** Of the counters of CPU time. */
export const msPerTick = (): number =>
  1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** The roots and all that lives below them, as they are now. */
export const processTree = (roots: readonly number[]): ProcessStat[] =>
  treeOf(allProcesses(), roots);

/** What each of the trees holds, by its root: proportional set sizes. */
export function pssBytesBelow(roots: readonly number[]): number[] {
  const processes = allProcesses();
  return roots.map((root) => sum(treeOf(processes, [root]), pssBytesOf));
}

const pssBytesOf = ({ pid }: ProcessStat): number =>
  parsePssBytes(readOf(pid, 'smaps_rollup') ?? '');

/** The numbers of the processes that live below the roots, and their own. */
export const processesBelow = (roots: readonly number[]): number[] =>
  processTree(roots).map(({ pid }) => pid);

function allProcesses(): ProcessStat[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const text = readOf(Number(name), 'stat');
    return text === undefined ? [] : [parseStat(text)];
  });
}

/** Undefined when the process has ended, or belongs to somebody else. */
function readOf(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

const sum = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((total, item) => total + value(item), 0);

const difference = (after: number | undefined, before: number | undefined): number | undefined =>
  after === undefined || before === undefined ? undefined : after - before;
