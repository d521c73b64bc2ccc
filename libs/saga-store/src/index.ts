export { countLive, countWithAttention, type LiveCount } from './count-instances.js';
export {
  findInstance,
  listInstances,
  pageOfInstances,
  type InstanceFilter,
} from './find-instances.js';
export { appendHistory, readHistories, readHistory, type HistoryRow } from './history.js';
export {
  lockInstances,
  type DueTimers,
  type InstanceKey,
  type Locked,
  type LockRequest,
} from './lock-instances.js';
export { postgresSagaStore, type SagaStore } from './saga-store.js';
export { saveInstances, type InstanceChange } from './save-instances.js';
export type { OutboxPosition, StoredInstance } from './stored-instance.js';
export { claimTicks, ensureTickRows, ticksHandled, type DueTick } from './timers.js';
