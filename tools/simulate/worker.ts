/** A thread of `npm run simulate`: runs the seeds it is given and reports what they came to. */
import 'reflect-metadata';
import { parentPort, workerData } from 'node:worker_threads';
import { runSeeds } from './run-seeds.js';
import type { Summary } from './summary.js';

export interface WorkerTask {
  readonly from: number;
  readonly to: number;
  /** Each thread takes every so-manieth seed. */
  readonly stride: number;
}

export type WorkerMessage =
  | { readonly kind: 'progress'; readonly seeds: number; readonly failures: number }
  | { readonly kind: 'done'; readonly summary: Summary };

const PROGRESS_MS = 500;

if (parentPort) {
  const port = parentPort;
  const { from, to, stride } = workerData as WorkerTask;
  const say = (message: WorkerMessage): void => port.postMessage(message);
  let saidAtMs = performance.now();
  function* seeds(): Iterable<number> {
    for (let seed = from; seed < to; seed += stride) yield seed;
  }
  const summary = await runSeeds(seeds(), ({ seeds: done, failures }) => {
    if (performance.now() - saidAtMs < PROGRESS_MS) return;
    saidAtMs = performance.now();
    say({ kind: 'progress', seeds: done, failures: failures.length });
  });
  say({ kind: 'done', summary });
}
