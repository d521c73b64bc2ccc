import { fork } from 'node:child_process';
import type { HttpLoadResult } from './http-load.js';
import type { FromLoad, LoadTask } from './load-process.js';

export interface LoadChild {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** @throws Error when the process ends before it has told its result */
  readonly done: Promise<HttpLoadResult>;
}

/** Starts the load in a process, which ends by itself, or when `signal` says so. */
export function startLoad(
  task: LoadTask,
  signal: AbortSignal,
  onWindow: (edge: 'opened' | 'closed') => void,
): LoadChild {
  const program = new URL('./load-process.js', import.meta.url);
  const child = fork(program, [], { serialization: 'advanced', signal, killSignal: 'SIGKILL' });
  const done = new Promise<HttpLoadResult>((resolve, reject) => {
    child.on('message', (message: FromLoad) => {
      if ('window' in message) onWindow(message.window);
      else resolve(message.done);
    });
    child.once('error', reject);
    child.once('exit', (code, killed) => {
      reject(new Error(`the load ended early, with ${killed ?? `exit code ${code}`}`));
    });
  });
  child.send(task);
  return { pid: child.pid, done };
}
