import { RetryableError, type Tx } from '#messaging';
import type { SagaInstance } from '#saga';
import type {
  DueTick,
  HistoryRow,
  InstanceChange,
  Locked,
  LockRequest,
  SagaStore,
  StoredInstance,
} from '#saga-store';
import { sessionOf } from '../database/database.js';
import { Table } from '../database/table.js';
import { asJson } from './json.js';

interface Tick {
  readonly tickedAtMs: number;
  readonly outstanding: boolean;
}

const LOST_AFTER_MS = 30_000;

/** The tables of the orchestrator, shared by its replicas. */
export class SimSagaStore implements SagaStore {
  readonly instances = new Table<StoredInstance>('saga_instance', ({ instance }) => [
    onceOf(instance),
  ]);
  /** By `<saga id>/<revision>`. */
  readonly history = new Table<HistoryRow['entry']>('saga_history');
  readonly ticks = new Table<Tick>('saga_tick');

  lockInstances(tx: Tx, { ids, keys, due = [] }: LockRequest): Promise<Locked> {
    return sessionOf(tx).statement('lock instances', (view) => {
      const wanted = new Set(ids);
      for (const { definition, businessKey } of keys) {
        const id = view.keyOf(this.instances, onceOf({ definition, businessKey }));
        if (id !== undefined) wanted.add(id);
      }
      for (const timers of due) {
        const isDue = ({ instance: { wakeAt }, partition }: StoredInstance): boolean =>
          partition === timers.partition && wakeAt !== null && wakeAt <= timers.beforeMs;
        const woken = view
          .all(this.instances)
          .filter(([, stored]) => isDue(stored))
          .sort(([, a], [, b]) => (a.instance.wakeAt ?? 0) - (b.instance.wakeAt ?? 0));
        for (const [id] of woken.slice(0, timers.limit)) wanted.add(id);
      }
      const now = Math.round(view.beganMs);
      const instances = [...wanted].sort().flatMap((id) => view.lock(this.instances, id) ?? []);
      return { now, instances };
    });
  }

  async saveInstances(tx: Tx, changes: readonly InstanceChange[]): Promise<void> {
    const fresh = changes.filter(({ before }) => before === undefined);
    const moved = changes.filter(({ before }) => before !== undefined);
    const session = sessionOf(tx);
    if (fresh.length > 0) {
      const written = await session.statement(
        'insert instances',
        (view) =>
          fresh.filter((change) =>
            view.insert(this.instances, change.instance.id, storedOf(change)),
          ).length,
      );
      assertAll(written, fresh.length);
    }
    if (moved.length > 0) {
      const written = await session.statement('update instances', (view) => {
        const fitting = moved.filter((change) => {
          const { id } = change.instance;
          const isAsRead = ({ instance }: StoredInstance): boolean =>
            instance.revision === change.before?.revision;
          const row = view.lockWhere(this.instances, id, isAsRead);
          if (row) view.update(this.instances, id, movedOf(row, change));
          return row !== undefined;
        });
        return fitting.length;
      });
      assertAll(written, moved.length);
    }
  }

  async appendHistory(tx: Tx, rows: readonly HistoryRow[]): Promise<void> {
    if (rows.length === 0) return;
    await sessionOf(tx).statement('append history', (view) => {
      for (const { instance, entry } of rows) {
        view.insertNew(this.history, `${instance.id}/${entry.revision}`, entry);
      }
    });
  }

  claimTicks(tx: Tx): Promise<readonly DueTick[]> {
    return sessionOf(tx).statement('claim ticks', (view) => {
      const now = view.startedMs;
      const due = new Set<number>();
      for (const [, { instance, partition }] of view.all(this.instances)) {
        if (instance.wakeAt !== null && instance.wakeAt <= now) due.add(partition);
      }
      const isFree = ({ outstanding, tickedAtMs }: Tick): boolean =>
        !outstanding || tickedAtMs < now - LOST_AFTER_MS;
      return [...due].flatMap((partition) => {
        const key = String(partition);
        if (!view.lockWhere(this.ticks, key, isFree)) return [];
        view.update(this.ticks, key, { tickedAtMs: view.nowMs, outstanding: true });
        return [{ partition, dueBeforeMs: Math.floor(now) }];
      });
    });
  }

  ensureTickRows(tx: Tx, partitions: number): Promise<void> {
    return sessionOf(tx).statement('ensure tick rows', (view) => {
      for (let partition = 0; partition < partitions; partition += 1) {
        view.insert(this.ticks, String(partition), { tickedAtMs: 0, outstanding: false });
      }
    });
  }

  ticksHandled(tx: Tx, partitions: readonly number[]): Promise<void> {
    return sessionOf(tx).statement('ticks handled', (view) => {
      for (const partition of partitions) {
        const tick = view.lock(this.ticks, String(partition));
        if (tick) view.update(this.ticks, String(partition), { ...tick, outstanding: false });
      }
    });
  }
}

const onceOf = ({ definition, businessKey }: Pick<SagaInstance, 'definition' | 'businessKey'>) =>
  `${definition}\n${businessKey}`;

const storedOf = ({ instance, before, partition, position }: InstanceChange): StoredInstance => ({
  // The input is the largest part, hardly ever changes, and is JSON where it was read.
  instance: {
    ...asJson({ ...instance, input: null }),
    input: instance.input === before?.input ? instance.input : asJson(instance.input),
  },
  partition,
  ...(position && { position }),
});

/** Who it is, where it lies and since when stays as it was. */
const movedOf = (row: StoredInstance, change: InstanceChange): StoredInstance => {
  const { position = row.position, instance } = storedOf(change);
  const { id, definition, businessKey, createdAt } = row.instance;
  return {
    instance: { ...instance, id, definition, businessKey, createdAt },
    partition: row.partition,
    ...(position && { position }),
  };
};

const assertAll = (written: number, expected: number): void => {
  if (written !== expected) {
    throw new RetryableError(
      `${expected - written} of ${expected} instances were moved by another replica`,
    );
  }
};
