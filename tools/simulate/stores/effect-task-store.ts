import type { Tx } from '#messaging';
import type { EffectTaskStore, Postponed, TakenTask, TaskMark } from '#participant';
import { sessionOf } from '../database/database.js';
import { Table } from '../database/table.js';
import type { View } from '../database/view.js';

interface Row {
  readonly subject: string;
  readonly revision: number;
  readonly dueAtMs: number;
  readonly attempts: number;
  readonly token: string | null;
}

/** One worker's rows of the table `effect_task`, shared by its replicas. */
export class SimEffectTaskStore implements EffectTaskStore {
  readonly rows = new Table<Row>('effect_task');

  /** @param newToken `gen_random_uuid()` */
  constructor(private readonly newToken: () => string) {}

  want(tx: Tx, subjects: readonly string[], take: number, leaseMs: number): Promise<TakenTask[]> {
    const wanted = subjects
      .map((subject, index) => ({ subject, isTaken: index < take }))
      .sort((a, b) => (a.subject < b.subject ? -1 : 1));
    return sessionOf(tx).statement('want effects', (view) =>
      wanted.flatMap(({ subject, isTaken }) => {
        const fresh: Row = {
          subject,
          revision: 1,
          dueAtMs: isTaken ? view.nowMs + leaseMs : view.nowMs,
          attempts: isTaken ? 1 : 0,
          token: isTaken ? this.newToken() : null,
        };
        let row = fresh;
        if (!view.insert(this.rows, subject, fresh)) {
          const known = view.lock(this.rows, subject) ?? fresh;
          const revision = known.revision + 1;
          const isLeased = known.token !== null && known.dueAtMs > view.nowMs;
          row = isLeased ? { ...known, revision, attempts: 0 } : { ...fresh, revision };
          view.update(this.rows, subject, row);
        }
        return row.attempts === 1 ? [taken(row)] : [];
      }),
    );
  }

  claim(tx: Tx, limit: number, leaseMs: number): Promise<TakenTask[]> {
    return sessionOf(tx).statement('claim effects', (view) => {
      const due = view
        .all(this.rows)
        .filter(([, { dueAtMs }]) => dueAtMs <= view.startedMs)
        .sort(([, a], [, b]) => a.dueAtMs - b.dueAtMs);
      const claimed: TakenTask[] = [];
      for (const [subject] of due) {
        if (claimed.length === limit) break;
        const row = view.lockUnlessTaken(this.rows, subject);
        if (!row || row.dueAtMs > view.startedMs) continue;
        const leased: Row = {
          ...row,
          token: this.newToken(),
          dueAtMs: view.nowMs + leaseMs,
          attempts: row.attempts + 1,
        };
        view.update(this.rows, subject, leased);
        claimed.push(taken(leased));
      }
      return claimed;
    });
  }

  look(tx: Tx, subjects: readonly string[]): Promise<Map<string, TaskMark>> {
    return sessionOf(tx).statement('look at effects', (view) => {
      const rows = subjects.flatMap((subject) => view.get(this.rows, subject) ?? []);
      return new Map(
        rows.map(({ subject, revision, token }) => [
          subject,
          { subject, revision, token: token ?? '' },
        ]),
      );
    });
  }

  finish(tx: Tx, tasks: readonly TaskMark[]): Promise<number> {
    return sessionOf(tx).statement('finish effects', (view) => {
      const fitting = tasks.filter((task) => this.lockAs(view, task) !== undefined);
      for (const { subject } of fitting) view.delete(this.rows, subject);
      return fitting.length;
    });
  }

  postpone(tx: Tx, items: readonly Postponed[]): Promise<number> {
    return sessionOf(tx).statement('postpone effects', (view) => {
      const fitting = items.flatMap((item) => {
        const row = this.lockAs(view, item.task);
        return row ? [{ item, row }] : [];
      });
      for (const { item, row } of fitting) {
        view.update(this.rows, row.subject, {
          ...row,
          token: null,
          dueAtMs: item.pauseMs === undefined ? Infinity : view.nowMs + item.pauseMs,
          attempts: Math.max(0, row.attempts - (item.untried === true ? 1 : 0)),
        });
      }
      return fitting.length;
    });
  }

  private lockAs(view: View, { subject, token, revision }: Postponed['task']): Row | undefined {
    const row = view.lock(this.rows, subject);
    const isFit = row?.token === token && (revision === undefined || row.revision === revision);
    return isFit ? row : undefined;
  }
}

const taken = ({ subject, revision, attempts, token }: Row): TakenTask => ({
  subject,
  revision,
  attempt: attempts,
  token: token ?? '',
});
