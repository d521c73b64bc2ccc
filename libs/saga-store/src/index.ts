export { readAttributes } from './attributes.js';
export {
  countLive,
  countLiveVersions,
  countUnderWay,
  countWithAttention,
  type LiveCount,
  type VersionCount,
} from './count-instances.js';
export { findInstance, pageOfInstances } from './find-instances.js';
export {
  appendHistory,
  HISTORY_DAYS,
  readHistories,
  readHistory,
  type HistoryRow,
} from './history.js';
export {
  lockInstances,
  type DueTimers,
  type InstanceKey,
  type Locked,
  type LockRequest,
} from './lock-instances.js';
export { nextTimers, type TimerPosition } from './next-timers.js';
export { postgresSagaStore, type SagaStore } from './saga-store.js';
export { saveInstances, type InstanceChange } from './save-instances.js';
export type { AmountFilter, DocumentFilter, SagaFilter } from './search/filter.js';
export { countSagas, searchSagas, type SagaCount, type SagaPage } from './search/search.js';
export { writeBody as documentOf } from './stored-body.js';
export type { OutboxPosition, StoredInstance } from './stored-instance.js';
export { claimTicks, ensureTickRows, ticksHandled, type DueTick } from './timers.js';
