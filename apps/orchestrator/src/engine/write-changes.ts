import type { UnitOfWork } from '#messaging';
import { isOver, type SagaRegistry } from '#saga';
import type { SagaStore } from '#saga-store';
import { changedAttributes } from './changed-attributes.js';
import type { ChangedSagas } from './changed-sagas.js';
import type { EndedSagas } from './ended-sagas.js';
import { observeSteps } from './step-metrics.js';
import type { LiveInstance, WorkingSet } from './working-set.js';

export interface WriteParts {
  readonly registry: SagaRegistry;
  readonly store: SagaStore;
  readonly ended: EndedSagas;
  readonly changes: ChangedSagas;
}

/** Writes what has been decided with its history, and tells of it after the commit. */
export function writeChanges(unit: UnitOfWork, work: WorkingSet, parts: WriteParts): void {
  const { registry, store, ended, changes: listeners } = parts;
  const changed = work.changed();
  const position = changed.some((live) => live.sent) ? unit.stamp() : undefined;
  const changes = changed.map((live) => {
    const attributes = changedAttributes(registry, live.before, live.instance);
    return {
      instance: live.instance,
      ...(live.before && { before: live.before }),
      partition: live.partition,
      ...(live.sent && position && { position }),
      ...(live.trace !== undefined && { trace: live.trace }),
      ...(attributes && { attributes }),
    };
  });
  const history = changed.flatMap(({ instance, history: entries }) =>
    entries.map((entry) => ({ instance, entry })),
  );
  unit.beforeCommit(store.saveInstances(unit.tx, changes));
  unit.beforeCommit(store.appendHistory(unit.tx, history));
  unit.afterCommit(() => {
    for (const { before, instance } of changed) observeSteps(before, instance);
    listeners.tell(changed);
  });
  const over = changed.filter(hasEnded).map(({ instance }) => instance);
  if (over.length > 0) unit.afterCommit(() => ended.tell(over));
}

/** A late report may reopen what was over, and then it ends once more. */
const hasEnded = ({ before, instance }: LiveInstance): boolean =>
  isOver(instance.state) && !(before && isOver(before.state));
