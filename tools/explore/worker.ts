/** Explores one definition, in a thread of its own; see `threads.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { explore } from '#saga';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { barrier } from './barrier.js';
import type { Task } from './tasks.js';
import type { FromThread } from './threads.js';

const { index, example: number, bounds, faults } = workerData as Task;
const definition = sagas[index];
if (!parentPort || !definition) throw new Error('this is no program of its own');
const example = definition.examples?.[number];
if (!example) throw new Error(`'${definition.name}' has no such example`);

const port = parentPort;
const tell = (message: FromThread): void => port.postMessage(message);
const startedAt = performance.now();
const found = explore({
  definition,
  barrier,
  ...example,
  ...bounds,
  faults,
  onProgress: (states) => tell({ states }),
});
tell({ found, seconds: (performance.now() - startedAt) / 1000 });
