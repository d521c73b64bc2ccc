/** A thread of `npm run simulate`: runs the seeds it is given and reports what they came to. */
import 'reflect-metadata';
import { parentPort, workerData } from 'node:worker_threads';
import { runSeeds } from './run-seeds.js';
import type { Summary } from './summary.js';

export interface WorkerTask {
  readonly from: number;
  readonly seeds: number;
  /** How many of them have been begun, by all threads together. */
  readonly taken: Int32Array;
  readonly withinMs?: number;
}

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly seeds: number; readonly failures: number }
  | { readonly kind: 'done'; readonly summary: Summary };

const PROGRESS_MS = 500;

if (parentPort) {
  const port = parentPort;
  const { from, seeds, taken, withinMs = Infinity } = workerData as WorkerTask;
  const say = (message: WorkerMessage): void => port.postMessage(message);
  const startedAtMs = performance.now();
  let saidAtMs = startedAtMs;
  function* next(): Iterable<number> {
    while (performance.now() - startedAtMs < withinMs) {
      const index = Atomics.add(taken, 0, 1);
      if (index >= seeds) return;
      yield from + index;
    }
  }
  const summary = await runSeeds(next(), ({ seeds: done, failures }) => {
    if (performance.now() - saidAtMs < PROGRESS_MS) return;
    saidAtMs = performance.now();
    say({ kind: 'progress', seeds: done, failures: failures.length });
  });
  say({ kind: 'done', summary });
}
