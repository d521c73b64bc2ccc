import type { Tx } from '#messaging';
import { keyText, type CommandKey, type ParkedCommand, type ParkingStore } from '#participant';
import { sessionOf } from '../database/database.js';
import { Table } from '../database/table.js';
import { asJson } from './json.js';

interface Row extends ParkedCommand {
  readonly nextAtMs: number;
}

/** One participant's table `parked_command`, shared by its replicas. */
export class SimParkingStore implements ParkingStore {
  readonly rows = new Table<Row>('parked_command');

  add(tx: Tx, command: ParkedCommand, _error: string, pauseMs: number): Promise<void> {
    return sessionOf(tx).statement('park command', (view) => {
      const row = asJson({ ...command, nextAtMs: view.startedMs + pauseMs });
      view.insertNew(this.rows, keyText(command.key), row);
    });
  }

  remove(tx: Tx, keys: readonly CommandKey[]): Promise<void> {
    return sessionOf(tx).statement('unpark commands', (view) => {
      const there = keys.map(keyText).filter((key) => view.lock(this.rows, key) !== undefined);
      for (const key of there) view.delete(this.rows, key);
    });
  }

  takeDue(tx: Tx): Promise<ParkedCommand | undefined> {
    return sessionOf(tx).statement('take due command', (view) => {
      const due = view
        .all(this.rows)
        .filter(([, { nextAtMs }]) => nextAtMs <= view.startedMs)
        .sort(([, a], [, b]) => a.nextAtMs - b.nextAtMs);
      for (const [key] of due) {
        const row = view.lockUnlessTaken(this.rows, key);
        if (row && row.nextAtMs <= view.startedMs) return commandOf(row);
      }
      return undefined;
    });
  }

  take(tx: Tx, { key, attempts }: ParkedCommand): Promise<boolean> {
    return sessionOf(tx).statement(
      'take command',
      (view) =>
        view.lockWhere(this.rows, keyText(key), (row) => row.attempts === attempts) !== undefined,
    );
  }

  postpone(tx: Tx, command: ParkedCommand, _error: string, pauseMs: number): Promise<void> {
    return sessionOf(tx).statement('postpone command', (view) => {
      const key = keyText(command.key);
      const row = view.lock(this.rows, key);
      if (!row) return;
      const nextAtMs = view.startedMs + pauseMs;
      view.update(this.rows, key, { ...row, attempts: command.attempts, nextAtMs });
    });
  }
}

const commandOf = ({ key, event, attempts }: Row): ParkedCommand => ({ key, event, attempts });
