/** CPU time of a whole system by its parts. */
import { readFileSync } from 'node:fs';
import { msPerTick, processTree } from './meter.js';

export interface NamedRoot {
  readonly name: string;
  readonly pid: number;
  /** Of a Postgres server: what to call the time it spends on one of its databases. */
  readonly nameOfDatabase?: (database: string) => string;
}

/** CPU time so far, ms, by name. A process counts for the nearest root above it. */
export function cpuMsByName(roots: readonly NamedRoot[]): Map<string, number> {
  const byPid = new Map(roots.map((root) => [root.pid, root]));
  const processes = processTree([...byPid.keys()]);
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  const tick = msPerTick();
  const found = new Map<string, number>();
  for (const { pid, ticks } of processes) {
    const root = nearest(pid, byPid, parents);
    if (root === undefined) continue;
    const { name, nameOfDatabase } = root;
    const database = nameOfDatabase && databaseOf(titleOf(pid));
    const part = database === undefined ? name : (nameOfDatabase?.(database) ?? name);
    found.set(part, (found.get(part) ?? 0) + ticks * tick);
  }
  return found;
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

/** What was spent between two looks, ms, by name; most first. */
export const spentBetween = (
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): { readonly name: string; readonly ms: number }[] =>
  [...after]
    .map(([name, ms]) => ({ name, ms: ms - (before.get(name) ?? 0) }))
    .toSorted((a, b) => b.ms - a.ms);

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
