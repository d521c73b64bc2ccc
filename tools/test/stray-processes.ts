import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containersOfRun, RUN_VARIABLE, removeContainer, temporaryPrefix } from '#testing';

/**
 * Ends what tests have left running, known by the mark that every process of a run carries in its
 * environment (Linux) and every container as a label. Returns what it was.
 */
export async function endStrays(run: string, withContainers: boolean): Promise<string[]> {
  const strays: string[] = [];
  for (const pid of markedProcesses(run)) {
    strays.push(`${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()} (pid ${pid})`);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
  if (!withContainers) return strays;
  for (const id of await containersOfRun(run)) {
    await removeContainer(id);
    strays.push(`container ${id.slice(0, 12)}`);
  }
  return strays;
}

/** Removes the temporary folders of servers that a test did not stop. */
export async function removeTemporaryFolders(run: string): Promise<void> {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(temporaryPrefix(run)));
  for (const name of folders) await rm(join(tmpdir(), name), { recursive: true, force: true });
}

function markedProcesses(run: string): number[] {
  let entries: string[] = [];
  try {
    entries = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  const inEnvironment = `${RUN_VARIABLE}=${run}`;
  // Postgres writes over its environment; the folder of its data names the run as well.
  const inArguments = temporaryPrefix(run);
  return entries
    .map(Number)
    .filter((pid) => pid !== process.pid)
    .filter(
      (pid) =>
        read(`/proc/${pid}/environ`).split('\0').includes(inEnvironment) ||
        read(`/proc/${pid}/cmdline`).includes(inArguments),
    );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
