/** What Linux tells in /proc, as numbers. Pure: texts in, numbers out. */

export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** CPU time of the process and of those of its children that have ended and been waited for. */
  readonly ticks: number;
  /** Without the children. */
  readonly ownTicks: number;
}

/** `/proc/<pid>/stat`. */
export function parseStat(text: string): ProcessStat {
  // The name may hold spaces and brackets; after it the state comes first, the parent second.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (index: number) => Number(fields[index]);
  return {
    pid: Number.parseInt(text, 10),
    parent: field(1),
    ticks: field(11) + field(12) + field(13) + field(14),
    ownTicks: field(11) + field(12),
  };
}

/**
 * `/proc/diskstats`: bytes written to a device since the start of the system; undefined when it has
 * no line of its own, as a file system in memory. `device` is the `dev` of a file on it.
 */
export function parseWrittenBytes(text: string, device: number): number | undefined {
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (Number(fields[0]) !== major || Number(fields[1]) !== minor) continue;
    return Number(fields[9]) * SECTOR_BYTES;
  }
  return undefined;
}

/** Of the counters, whatever the device has. */
const SECTOR_BYTES = 512;

/** `/proc/<pid>/smaps_rollup`: resident bytes, shared pages divided by those who share them. */
export const parsePssBytes = (text: string): number =>
  Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;

export interface MachineTicks {
  /** Spent by all processes and by the system. */
  readonly busy: number;
  /** Taken by other machines on the same host. */
  readonly stolen: number;
}

/** `/proc/stat`. */
export function parseMachineTicks(text: string): MachineTicks {
  const [line = ''] = text.split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, stolen = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return { busy: user + nice + system + irq + softIrq, stolen };
}

/** The roots and everything below them. */
export function treeOf(processes: readonly ProcessStat[], roots: readonly number[]): ProcessStat[] {
  const children = Map.groupBy(processes, ({ parent }) => parent);
  const found = new Map<number, ProcessStat>();
  const queue = processes.filter(({ pid }) => roots.includes(pid));
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (found.has(next.pid)) continue;
    found.set(next.pid, next);
    queue.push(...(children.get(next.pid) ?? []));
  }
  return [...found.values()];
}
