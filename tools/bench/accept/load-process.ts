/** Makes the load in a process of its own, so that nothing else takes its time. */
import type { Target } from './http-connection.js';
import { HttpLoad, type HttpLoadResult } from './http-load.js';
import { orderRequests } from './order-request.js';

/** The first and only message to it. */
export interface LoadTask {
  readonly target: Target;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
  /** Start of the ids of its orders. */
  readonly prefix: string;
}

export type FromLoad = { readonly window: 'opened' | 'closed' } | { readonly done: HttpLoadResult };

async function run({ target, connections, warmUpMs, windowMs, prefix }: LoadTask): Promise<void> {
  const load = new HttpLoad({ target, connections, requestOf: orderRequests(target, prefix) });
  load.start();
  await sleep(warmUpMs);
  load.open();
  await tell({ window: 'opened' });
  await sleep(windowMs);
  const closing = load.close();
  await tell({ window: 'closed' });
  await tell({ done: await closing });
  process.disconnect();
}

/** Resolves when it is written: what is still queued when the process disconnects is lost. */
const tell = (message: FromLoad): Promise<void> =>
  new Promise((resolve, reject) => {
    process.send?.(message, (error: Error | null) => (error ? reject(error) : resolve()));
  });

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

process.once('message', (task: LoadTask) => void run(task));
