import { removeContainer, waitFor } from '#testing';
import { isAlive } from './process-identity.js';
import { removeState, type PartState, type StackState } from './state.js';

/**
 * Stops what a stack left running whose supervisor was killed. Only processes that are still the
 * same ones are touched. Returns their names.
 */
export async function stopLeftovers(state: StackState, stateFile: string): Promise<string[]> {
  const stopped: string[] = [];
  // The other way round: services before what they need.
  for (const part of [...state.parts].reverse()) {
    if (await stopLeftover(part)) stopped.push(part.name);
  }
  removeState(stateFile);
  return stopped;
}

async function stopLeftover(part: PartState): Promise<boolean> {
  if (part.containerId !== undefined) {
    await removeContainer(part.containerId).catch(() => undefined);
    return true;
  }
  const { process: identity } = part;
  if (identity === undefined || !isAlive(identity)) return false;
  process.kill(identity.pid, 'SIGCONT');
  process.kill(identity.pid, part.stopSignal);
  const gone = () => !isAlive(identity);
  await waitFor(gone, { what: `${part.name} to end`, timeoutMs: 15_000 }).catch(() => {
    process.kill(identity.pid, 'SIGKILL');
  });
  return true;
}
