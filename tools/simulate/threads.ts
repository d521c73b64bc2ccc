import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { emptySummary, merge, type Summary } from './summary.js';
import type { WorkerMessage, WorkerTask } from './worker.js';

export interface ThreadsOptions {
  readonly from: number;
  readonly seeds: number;
  readonly workers: number;
  /** No seed is begun after this long. Default: no limit. */
  readonly withinMs?: number;
  readonly onProgress: (seeds: number, failures: number) => void;
}

/** A world is young as a whole: where it fits in, hardly anything of it is ever copied. */
const YOUNG_MB = 96;

/**
 * Runs the seeds on several threads, each of which takes the next one when it is done with one, so
 * that what has been run is always without a gap. Rejects when a thread dies.
 */
export async function runOnThreads(options: ThreadsOptions): Promise<Summary> {
  const { from, seeds, withinMs, onProgress } = options;
  const workers = Math.min(options.workers, seeds);
  // There is a thread a core already: helpers of the collector would only take turns with them.
  setFlagsFromString('--no-parallel-scavenge');
  const progress = Array.from({ length: workers }, () => ({ seeds: 0, failures: 0 }));
  const summary = emptySummary();
  const taken = new Int32Array(new SharedArrayBuffer(4));
  await Promise.all(
    progress.map((own) => {
      const task: WorkerTask = { from, seeds, taken, ...(withinMs !== undefined && { withinMs }) };
      return runThread(task, (message) => {
        if (message.kind === 'done') return merge(summary, message.summary);
        own.seeds = message.seeds;
        own.failures = message.failures;
        const all = (of: 'seeds' | 'failures') => progress.reduce((sum, one) => sum + one[of], 0);
        onProgress(all('seeds'), all('failures'));
      });
    }),
  );
  summary.failures.sort((a, b) => a.seed - b.seed);
  return summary;
}

const runThread = (task: WorkerTask, onMessage: (message: WorkerMessage) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: task,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    worker.on('message', onMessage);
    worker.on('error', reject);
    worker.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a thread ended with ${code}`)),
    );
  });
