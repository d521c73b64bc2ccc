/** Explores one definition, in a thread of its own; see `threads.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { explore } from '#saga';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { barrier } from './barrier.js';
import { examples } from './examples.js';
import type { FromThread, Task } from './threads.js';

const { index, bounds, faults } = workerData as Task;
const definition = sagas[index];
if (!parentPort || !definition) throw new Error('this is no program of its own');
const example = examples[definition.name];
if (!example) throw new Error(`there is no example of '${definition.name}' to explore with`);

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
