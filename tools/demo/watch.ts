/** Watches the orders until each has come to its end, or none does any more. */
import { setTimeout as pause } from 'node:timers/promises';
import type { SagaView } from './views.js';

const INTERVAL_MS = 1_000;
/** Looking must stay cheap beside the work that is looked at. */
const SHARE_OF_LOOKING = 4;

export interface Progress {
  readonly accepted: number;
  readonly completed: number;
  readonly compensated: number;
}

export interface WatchOptions {
  readonly patienceMs: number;
  /** Ids of the orders accepted so far; it grows. */
  readonly accepted: ReadonlySet<string>;
  /** True when no more will be accepted. */
  readonly allPlaced: () => boolean;
  readonly look: () => Promise<readonly SagaView[]>;
  readonly show: (progress: Progress) => void;
  readonly now?: () => number;
  readonly intervalMs?: number;
}

/** Resolves with the last look; whether all are settled can be seen in it. */
export const watch = async (options: WatchOptions): Promise<readonly SagaView[]> => {
  const { accepted, now = () => performance.now(), intervalMs = INTERVAL_MS } = options;
  let lastProgressAt = now();
  let settledBefore = -1;
  for (;;) {
    const placedBefore = options.allPlaced();
    const lookedAt = now();
    const sagas = (await options.look()).filter(({ orderId }) => accepted.has(orderId));
    const progress = progressOf(accepted.size, sagas);
    options.show(progress);
    const settled = progress.completed + progress.compensated;
    if (placedBefore && settled === accepted.size) return sagas;
    if (settled > settledBefore || !placedBefore) lastProgressAt = now();
    settledBefore = settled;
    if (now() - lastProgressAt > options.patienceMs) return sagas;
    await pause(Math.max(intervalMs, (now() - lookedAt) * SHARE_OF_LOOKING));
  }
};

const progressOf = (accepted: number, sagas: readonly SagaView[]): Progress => ({
  accepted,
  completed: sagas.filter(({ state }) => state === 'completed').length,
  compensated: sagas.filter(({ state }) => state === 'compensated').length,
});
