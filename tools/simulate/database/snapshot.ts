import type { Table } from './table.js';

/**
 * What a statement that waits saw when it began. It keeps rows as they were before others committed
 * changes of them meanwhile, which is less than a copy of everything for every statement.
 */
export class Snapshot {
  private readonly before = new Map<Table<unknown>, Map<string, unknown>>();

  /** A row is about to be replaced; undefined: there was none. */
  keep(table: Table<unknown>, key: string, row: unknown): void {
    const rows = this.before.get(table) ?? new Map<string, unknown>();
    this.before.set(table, rows);
    if (!rows.has(key)) rows.set(key, row);
  }

  /** Rows of the table that have been changed since, as they were. */
  of<Row>(table: Table<Row>): ReadonlyMap<string, Row | undefined> | undefined {
    return this.before.get(table as unknown as Table<unknown>) as
      ReadonlyMap<string, Row | undefined> | undefined;
  }
}
