/** The orchestrator's own engine and timers, on simulated stores. */
import { defaultTiming, SagaRegistry } from '#saga';
import { ChangedSagas } from '../../../apps/orchestrator/src/engine/changed-sagas.js';
import { EndedSagas } from '../../../apps/orchestrator/src/engine/ended-sagas.js';
import { SagaEngine } from '../../../apps/orchestrator/src/engine/saga-engine.js';
import { sagas } from '../../../apps/orchestrator/src/sagas/index.js';
import { TimerService } from '../../../apps/orchestrator/src/timers/timer.service.js';
import type { SimSagaStore } from '../stores/saga-store.js';
import type { Life } from './context.js';
import { TIMER_POLL_MS } from './settings.js';

/** The same sagas under their next version, which a rolling deploy brings to one replica first. */
const nextVersions = sagas
  .filter(({ name, version }) => !sagas.some((one) => one.name === name && one.version > version))
  .map((saga) => ({ ...saga, version: saga.version + 1 }));

const REGISTRIES = {
  current: new SagaRegistry(sagas),
  next: new SagaRegistry([...sagas, ...nextVersions]),
};
export type Release = keyof typeof REGISTRIES;

/** Rejects when it cannot start: then the process ends, and is started again. */
export async function startOrchestrator(
  life: Life,
  store: SimSagaStore,
  release: Release,
): Promise<void> {
  const { outbox, log, parts } = life;
  const { stepTimeoutMs: timeoutMs, stepAttempts: attempts } = parts.plan.shape;
  const timing = { ...defaultTiming, timeoutMs, attempts, backoffMaxMs: 4 * timeoutMs };
  const engine = new SagaEngine(
    REGISTRIES[release],
    outbox,
    timing,
    store,
    new EndedSagas(),
    new ChangedSagas(),
    log,
  );
  const timers = new TimerService(outbox, TIMER_POLL_MS, log, store);
  await timers.onApplicationBootstrap();
  life.consume({ batch: (batch, unit) => engine.handle(batch, unit) });
}
