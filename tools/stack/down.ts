import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '#testing';
import { stopLeftovers } from './leftovers.js';
import { isAlive } from './process-identity.js';
import { stackPaths, StackProblem, type StackSettings } from './settings.js';
import { isRunning, readState } from './state.js';

const STOP_TIMEOUT_MS = 60_000;

/** Stops the stack, wherever it was started from; with none running it says so. */
export async function runDown(settings: StackSettings): Promise<number> {
  const paths = stackPaths(settings);
  const state = readState(paths.state);
  if (!state) {
    console.log('The stack does not run.');
    return 0;
  }
  if (!isRunning(state)) {
    const stopped = await stopLeftovers(state, paths.state);
    console.log(
      `The last run did not end properly. Stopped what it left: ${stopped.join(', ') || 'nothing'}.`,
    );
    return 0;
  }
  console.log(`Stopping ${state.parts.map(({ name }) => name).join(', ')} …`);
  const startedAt = performance.now();
  process.kill(state.supervisor.pid, 'SIGTERM');
  await waitFor(() => !isAlive(state.supervisor), {
    what: `the stack (pid ${state.supervisor.pid}) to end`,
    timeoutMs: STOP_TIMEOUT_MS,
    intervalMs: 100,
  });
  console.log(
    `Stopped (${((performance.now() - startedAt) / 1000).toFixed(1)} s). The data stays.`,
  );
  return 0;
}

/** Also deletes what Postgres, Kafka and the sandboxes have kept. Downloads stay. */
export async function runReset(settings: StackSettings): Promise<number> {
  await runDown(settings);
  const { data } = stackPaths(settings);
  const kept = await readdir(data).catch((): string[] => []);
  for (const entry of kept) {
    const path = join(data, entry);
    await rm(path, { recursive: true, force: true }).catch((error: NodeJS.ErrnoException) => {
      throw new StackProblem(`${path} cannot be deleted (${error.code}): sudo rm -rf ${path}`);
    });
  }
  console.log(kept.length > 0 ? `Deleted the data in ${data}.` : 'There was no data.');
  return 0;
}
