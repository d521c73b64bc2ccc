export { factReader, latestById } from './facts.js';
export type { FactOf, ReadFacts } from './facts.js';
export { eventUuid, ReusedIdError, uuidOf } from './event-uuid.js';
export { momentOf } from './moment.js';
export { besideRebuild } from './rebuild/live-lock.js';
export { isRebuilding } from './rebuild/rebuild-rows.js';
export { RebuildModule } from './rebuild/rebuild.module.js';
export type { RebuildOptions } from './rebuild/rebuild.module.js';
export type { Rebuildable } from './rebuild/rebuildable.js';
