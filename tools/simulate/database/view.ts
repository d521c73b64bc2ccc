/**
 * What one statement sees and does: read committed, so it sees what others have committed by now
 * and what its own transaction has written. Statements lock before they write: one that has to wait
 * is run again from its beginning.
 */
import { uniqueViolation } from './errors.js';
import type { Holder } from './locks.js';
import type { Table } from './table.js';

/** A transaction, as its statements use it. */
export interface Writer extends Holder {
  /** Epoch ms. */
  readonly startedMs: number;
  /** What it has written so far; a row that is undefined is deleted. */
  written<Row>(table: Table<Row>): ReadonlyMap<string, { readonly row: unknown }> | undefined;
  write<Row>(table: Table<Row>, key: string, row: Row | undefined): void;
}

export class View {
  constructor(
    private readonly transaction: Writer,
    /** `clock_timestamp()`, epoch ms. */
    readonly nowMs: number,
  ) {}

  /** `now()`, epoch ms: when the transaction began. */
  get startedMs(): number {
    return this.transaction.startedMs;
  }

  get<Row>(table: Table<Row>, key: string): Row | undefined {
    const own = this.transaction.written(table)?.get(key);
    return own ? (own.row as Row | undefined) : table.rows.get(key);
  }

  /** All rows, in no order that means anything. */
  all<Row>(table: Table<Row>): [string, Row][] {
    const own = this.transaction.written(table);
    if (!own) return [...table.rows];
    const rows = [...table.rows].filter(([key]) => !own.has(key));
    for (const [key, { row }] of own) if (row !== undefined) rows.push([key, row as Row]);
    return rows;
  }

  /** `for update`, or `for share`. @returns the row as it is, once it is ours */
  lock<Row>(table: Table<Row>, key: string, share = false): Row | undefined {
    if (this.get(table, key) === undefined) return undefined;
    table.locks.take(key, this.transaction, share);
    return this.get(table, key);
  }

  /** `for update skip locked`. @returns undefined also when somebody else has it */
  lockUnlessTaken<Row>(table: Table<Row>, key: string): Row | undefined {
    return table.locks.isTaken(key, this.transaction) ? undefined : this.lock(table, key);
  }

  /** Replaces a row; waits for whoever has it locked. */
  update<Row>(table: Table<Row>, key: string, row: Row): void {
    table.locks.take(key, this.transaction, false);
    this.transaction.write(table, key, row);
  }

  delete<Row>(table: Table<Row>, key: string): void {
    table.locks.take(key, this.transaction, false);
    this.transaction.write(table, key, undefined);
  }

  /**
   * `on conflict do nothing`: waits for a transaction that is about to insert the same.
   * @returns false when it was there, by its key or by another unique value
   */
  insert<Row>(table: Table<Row>, key: string, row: Row): boolean {
    const values = table.uniqueValuesOf(row);
    if (this.exists(table, key, values)) return false;
    table.locks.take(key, this.transaction, false);
    for (const value of values) table.uniqueLocks.take(value, this.transaction, false);
    if (this.exists(table, key, values)) return false;
    this.transaction.write(table, key, row);
    return true;
  }

  /** @throws a unique violation */
  insertNew<Row>(table: Table<Row>, key: string, row: Row): void {
    if (!this.insert(table, key, row)) throw uniqueViolation(`${table.name} ${key}`);
  }

  private exists<Row>(table: Table<Row>, key: string, values: readonly string[]): boolean {
    if (this.get(table, key) !== undefined) return true;
    if (values.some((value) => table.uniques.has(value))) return true;
    const own = this.transaction.written(table);
    if (!own || values.length === 0) return false;
    return [...own.values()].some(
      ({ row }) =>
        row !== undefined &&
        table.uniqueValuesOf(row as Row).some((value) => values.includes(value)),
    );
  }
}
