import type { UnitOfWork } from '#messaging';
import { isOver } from '#saga';
import type { SagaStore } from '#saga-store';
import type { EndedSagas } from './ended-sagas.js';
import { observeSteps } from './step-metrics.js';
import type { LiveInstance, WorkingSet } from './working-set.js';

/** Writes what has been decided with its history, and tells of it after the commit. */
export function writeChanges(
  unit: UnitOfWork,
  work: WorkingSet,
  store: SagaStore,
  ended: EndedSagas,
): void {
  const changed = work.changed();
  const position = changed.some((live) => live.sent) ? unit.stamp() : undefined;
  const changes = changed.map((live) => ({
    instance: live.instance,
    ...(live.before && { before: live.before }),
    partition: live.partition,
    ...(live.sent && position && { position }),
    ...(live.trace !== undefined && { trace: live.trace }),
  }));
  const history = changed.flatMap(({ instance, history: entries }) =>
    entries.map((entry) => ({ instance, entry })),
  );
  unit.beforeCommit(store.saveInstances(unit.tx, changes));
  unit.beforeCommit(store.appendHistory(unit.tx, history));
  unit.afterCommit(() => {
    for (const { before, instance } of changed) observeSteps(before, instance);
  });
  const over = changed.filter(hasEnded).map(({ instance }) => instance);
  if (over.length > 0) unit.afterCommit(() => ended.tell(over));
}

/** A late report may reopen what was over, and then it ends once more. */
const hasEnded = ({ before, instance }: LiveInstance): boolean =>
  isOver(instance.state) && !(before && isOver(before.state));
