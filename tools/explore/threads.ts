/** Definitions side by side, each in a thread of its own, as many at a time as there are cores. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Exploration } from '#saga';
import type { Task } from './tasks.js';

export interface Found {
  readonly found: Exploration;
  readonly seconds: number;
}
export type Finished = Found & { readonly task: Task };

/** What a thread tells: how far it is, and at last what it has found. */
export type FromThread = { readonly states: number } | Found;

/** @returns in the order of the tasks. @throws what a thread throws */
export const exploreAll = async (
  tasks: readonly Task[],
  onProgress: (task: Task, states: number) => void,
): Promise<readonly Finished[]> => {
  const finished: Finished[] = [];
  const waiting = [...tasks.entries()];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [at, task] = next;
      const found = await inThread(task, (states) => onProgress(task, states));
      finished[at] = { task, ...found };
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return finished;
};

const inThread = (task: Task, onProgress: (states: number) => void): Promise<Found> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: task });
    worker.on('message', (message: FromThread) => {
      if ('found' in message) resolve(message);
      else onProgress(message.states);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a thread ended early, with ${code}`)));
  });
