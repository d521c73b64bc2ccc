import { RetryableError, type Tx } from '#messaging';
import {
  keyText,
  type AnswerToKeep,
  type BarrierRow,
  type BarrierStore,
  type BarrierUpdate,
  type CommandKey,
} from '#participant';
import { sessionOf } from '../database/database.js';
import { Table } from '../database/table.js';
import { asJson } from './json.js';

/** One participant's table `barrier`, shared by its replicas. */
export class SimBarrierStore implements BarrierStore {
  readonly rows = new Table<BarrierRow>('barrier');

  load(tx: Tx, keys: readonly CommandKey[]): Promise<BarrierRow[]> {
    const distinct = [...new Set(keys.map(keyText))];
    return sessionOf(tx).statement('load barrier', (view) =>
      distinct.flatMap((key) => view.get(this.rows, key) ?? []),
    );
  }

  async insert(tx: Tx, rows: readonly BarrierRow[]): Promise<void> {
    const added = await sessionOf(tx).statement(
      'insert barrier',
      (view) =>
        rows.toSorted(byKey).filter((row) => view.insert(this.rows, keyText(row), asJson(row)))
          .length,
    );
    if (added !== rows.length) {
      throw new RetryableError('another replica handled some of these commands at the same time');
    }
  }

  async update(tx: Tx, updates: readonly BarrierUpdate[]): Promise<void> {
    const changed = await sessionOf(tx).statement('update barrier', (view) => {
      const fitting = updates
        .toSorted((a, b) => byKey(a.row, b.row))
        .filter(({ row, from }) => {
          const key = keyText(row);
          const isFitting = view.lockWhere(this.rows, key, ({ state }) => state === from);
          if (isFitting) view.update(this.rows, key, asJson(row));
          return isFitting;
        });
      return fitting.length;
    });
    if (changed !== updates.length) {
      throw new RetryableError('some of these commands changed their state at the same time');
    }
  }

  answer(tx: Tx, items: readonly AnswerToKeep[]): Promise<Map<string, number>> {
    return sessionOf(tx).statement('answer barrier', (view) => {
      const taken = new Map<string, number>();
      for (const { to, answer } of items) {
        const key = keyText(to);
        const takesIt = (known: BarrierRow): boolean => isFinal(answer) || !isFinal(known.answer);
        const row = view.lockWhere(this.rows, key, takesIt);
        if (!row) continue;
        const answerNo = row.answerNo + 1;
        view.update(this.rows, key, asJson({ ...row, answer, answerNo }));
        taken.set(key, answerNo);
      }
      return taken;
    });
  }
}

const isFinal = (answer: BarrierRow['answer']): boolean =>
  answer?.outcome === 'succeeded' || answer?.outcome === 'refused';

const byKey = (a: CommandKey, b: CommandKey): number => (keyText(a) < keyText(b) ? -1 : 1);
