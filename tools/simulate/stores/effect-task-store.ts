import type { Tx } from '#messaging';
import type { EffectTaskStore, Postponed, TakenTask, TaskMark } from '#participant';
import { sessionOf } from '../database/database.js';
import { cardinalityViolation } from '../database/errors.js';
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

  /** A task that is there from the beginning, as a migration makes it. */
  plant(subject: string): void {
    this.rows.rows.set(subject, { subject, revision: 1, dueAtMs: 0, attempts: 0, token: null });
  }

  want(tx: Tx, subjects: readonly string[], take: number, leaseMs: number): Promise<TakenTask[]> {
    const wanted = subjects
      .map((subject, index) => ({ subject, isTaken: index < take }))
      .sort((a, b) => (a.subject < b.subject ? -1 : 1));
    return sessionOf(tx).statement('want effects', (view) => {
      if (new Set(subjects).size < subjects.length) throw cardinalityViolation();
      return wanted.flatMap(({ subject, isTaken }) => {
        const fresh: Row = {
          subject,
          revision: 1,
          dueAtMs: isTaken ? view.nowMs + leaseMs : view.nowMs,
          attempts: isTaken ? 1 : 0,
          token: isTaken ? this.newToken() : null,
        };
        let row = fresh;
        const known = view.insertOrLock(this.rows, subject, fresh);
        if (known) {
          const revision = known.revision + 1;
          const isLeased = known.token !== null && known.dueAtMs > view.nowMs;
          row = isLeased ? { ...known, revision, attempts: 0 } : { ...fresh, revision };
          view.update(this.rows, subject, row);
        }
        return row.attempts === 1 ? [taken(row)] : [];
      });
    });
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
        rows.flatMap(({ subject, revision, token }) =>
          token === null ? [] : [[subject, { subject, revision, token }]],
        ),
      );
    });
  }

  finish(tx: Tx, tasks: readonly TaskMark[]): Promise<number> {
    return sessionOf(tx).statement('finish effects', (view) => {
      const ended = tasks.filter((task) => {
        const row = this.lockAs(view, task);
        if (row) view.delete(this.rows, row.subject);
        return row !== undefined;
      });
      return ended.length;
    });
  }

  postpone(tx: Tx, items: readonly Postponed[]): Promise<number> {
    return sessionOf(tx).statement('postpone effects', (view) => {
      const back = items.filter(({ task, pauseMs = Infinity, untried = false }) => {
        const row = this.lockAs(view, task);
        if (!row) return false;
        const attempts = Math.max(0, row.attempts - (untried ? 1 : 0));
        const dueAtMs = view.nowMs + pauseMs;
        view.update(this.rows, row.subject, { ...row, token: null, dueAtMs, attempts });
        return true;
      });
      return back.length;
    });
  }

  private lockAs(view: View, { subject, token, revision }: Postponed['task']): Row | undefined {
    return view.lockWhere(
      this.rows,
      subject,
      (row) => row.token === token && (revision === undefined || row.revision === revision),
    );
  }
}

const taken = ({ subject, revision, attempts, token }: Row): TakenTask => ({
  subject,
  revision,
  attempt: attempts,
  token: token ?? '',
});
