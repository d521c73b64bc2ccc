/** CPU time of a whole system by its parts. */
import { readFileSync } from 'node:fs';
import { msPerTick, processTree } from './meter.js';
import type { ProcessStat } from './parse.js';

export interface NamedRoot {
  readonly name: string;
  readonly pid: number;
  /** Of a Postgres server: what to call the time it spends on one of its databases. */
  readonly nameOfDatabase?: (database: string) => string;
}

const LOOK_EVERY_MS = 500;

/**
 * Adds up what each part spends from now on. Processes come and go, connections to a database above all:
 * so it looks twice a second, and misses no more than the last half second of one that ends.
 */
export class CpuByName {
  private readonly spent = new Map<string, number>();
  private readonly seen = new Map<number, number>();
  private readonly msPerTick = msPerTick();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly roots: readonly NamedRoot[]) {
    for (const { pid, ownTicks } of this.processes()) this.seen.set(pid, ownTicks);
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Ends it. @returns CPU time by name, ms, most first */
  stop(): { readonly name: string; readonly ms: number }[] {
    clearInterval(this.timer);
    this.look();
    return [...this.spent]
      .map(([name, ticks]) => ({ name, ms: ticks * this.msPerTick }))
      .toSorted((a, b) => b.ms - a.ms);
  }

  private look(): void {
    for (const { pid, ownTicks, name } of this.processes()) {
      const before = this.seen.get(pid) ?? 0;
      this.seen.set(pid, ownTicks);
      this.spent.set(name, (this.spent.get(name) ?? 0) + Math.max(0, ownTicks - before));
    }
  }

  /** Each counts for the nearest root above it. */
  private processes(): (ProcessStat & { readonly name: string })[] {
    const roots = new Map(this.roots.map((root) => [root.pid, root]));
    const processes = processTree([...roots.keys()]);
    const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
    return processes.flatMap((process) => {
      const root = nearest(process.pid, roots, parents);
      return root ? [{ ...process, name: nameOf(root, process.pid) }] : [];
    });
  }
}

function nameOf({ name, nameOfDatabase }: NamedRoot, pid: number): string {
  const database = nameOfDatabase && databaseOf(titleOf(pid));
  return database === undefined ? name : (nameOfDatabase?.(database) ?? name);
}

function nearest(
  pid: number,
  roots: ReadonlyMap<number, NamedRoot>,
  parents: ReadonlyMap<number, number>,
): NamedRoot | undefined {
  for (let at: number | undefined = pid; at !== undefined; at = parents.get(at)) {
    const root = roots.get(at);
    if (root) return root;
  }
  return undefined;
}

/**
 * Postgres names its processes for `ps`: `postgres: <user> <database> <address> <what it does>`, those
 * that serve nobody `postgres: <what they are>`.
 */
export const databaseOf = (title: string): string | undefined =>
  /^postgres: \S+ (\S+) \S*[([]/.exec(title)?.[1];

function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
