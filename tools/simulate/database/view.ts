/**
 * What one statement sees and does: read committed, so it sees what others had committed when it
 * began and what its own transaction has written; of a row that it locks it sees the newest version.
 * One that has to wait is run again from its beginning, with what it saw at first.
 */
import { uniqueViolation } from './errors.js';
import type { Holder } from './locks.js';
import type { Snapshot } from './snapshot.js';
import type { Table } from './table.js';

/** A transaction, as its statements use it. */
export interface Writer extends Holder {
  /** Epoch ms. */
  readonly startedMs: number;
  write<Row>(table: Table<Row>, key: string, row: Row | undefined): void;
}

/** The moments of a statement, epoch ms. */
export interface Moments {
  /** When it began. */
  readonly beganMs: number;
  /** Now, which is later where it had to wait. */
  readonly nowMs: number;
}

export class View {
  constructor(
    private readonly transaction: Writer,
    private readonly moments: Moments,
    /** Of a statement that had to wait. */
    private readonly snapshot: Snapshot | undefined,
  ) {}

  /** `clock_timestamp()` where it is asked for a row, epoch ms. */
  get nowMs(): number {
    return this.moments.nowMs;
  }

  /** `clock_timestamp()` where it is asked for before any row, epoch ms. */
  get beganMs(): number {
    return this.moments.beganMs;
  }

  /** `now()`, epoch ms: when the transaction began. */
  get startedMs(): number {
    return this.transaction.startedMs;
  }

  get<Row>(table: Table<Row>, key: string): Row | undefined {
    const kept = this.snapshot?.of(table);
    const isKept = kept?.has(key) === true && this.ownOf(table)?.has(key) !== true;
    return isKept ? kept.get(key) : this.newest(table, key);
  }

  /** All rows, in no order that means anything. */
  all<Row>(table: Table<Row>): [string, Row][] {
    const changed = [this.snapshot?.of(table), this.ownOf(table)].filter((rows) => rows);
    if (changed.length === 0) return [...table.rows];
    const keys = new Set(table.rows.keys());
    for (const rows of changed) for (const key of rows?.keys() ?? []) keys.add(key);
    return [...keys].flatMap((key) => {
      const row = this.get(table, key);
      return row === undefined ? [] : [[key, row] satisfies [string, Row]];
    });
  }

  /** The key of the row that has this unique value, for `get` and `lock`. */
  keyOf<Row>(table: Table<Row>, value: string): string | undefined {
    for (const [key, { row }] of this.ownOf(table) ?? []) {
      if (row !== undefined && table.uniqueValuesOf(row as Row).includes(value)) return key;
    }
    return table.uniques.get(value);
  }

  /** `for update`, or `for share`. @returns the row as it is, once it is ours */
  lock<Row>(table: Table<Row>, key: string, share = false): Row | undefined {
    return this.lockWhere(table, key, () => true, share);
  }

  /** The same with a condition, which has to hold for the row that was seen and for what it is. */
  lockWhere<Row>(
    table: Table<Row>,
    key: string,
    holds: (row: Row) => boolean,
    share = false,
  ): Row | undefined {
    const seen = this.get(table, key);
    if (seen === undefined || !holds(seen)) return undefined;
    table.locks.take(key, this.transaction, share);
    const row = this.newest(table, key);
    return row !== undefined && holds(row) ? row : undefined;
  }

  /** `for update skip locked`. @returns undefined also when somebody else has it */
  lockUnlessTaken<Row>(table: Table<Row>, key: string): Row | undefined {
    const by = table.locks.blockers(key, this.transaction);
    return by.length > 0 ? undefined : this.lock(table, key);
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
   * `on conflict do nothing`: waits for a transaction that is about to insert the same, or that has
   * changed what is there.
   * @returns false when it was there, by its key or by another unique value
   */
  insert<Row>(table: Table<Row>, key: string, row: Row): boolean {
    const values = table.uniqueValuesOf(row);
    if (this.exists(table, key, values)) {
      const others = values.flatMap((value) => table.uniques.get(value) ?? []);
      for (const there of [key, ...others]) this.waitForChange(table, there);
      return false;
    }
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

  /** `on conflict do update`. @returns the row that was there, to be replaced, as it is now */
  insertOrLock<Row>(table: Table<Row>, key: string, row: Row): Row | undefined {
    if (this.insert(table, key, row)) return undefined;
    table.locks.take(key, this.transaction, false);
    return this.newest(table, key);
  }

  /** Whatever this statement has seen: also what was committed while it waited. */
  private newest<Row>(table: Table<Row>, key: string): Row | undefined {
    const own = this.ownOf(table)?.get(key);
    return own ? (own.row as Row | undefined) : table.rows.get(key);
  }

  private waitForChange<Row>(table: Table<Row>, key: string): void {
    const by = table.locks.blockers(key, this.transaction);
    const isChanging = by.some((holder) => holder.written(table)?.has(key) === true);
    if (isChanging) table.locks.take(key, this.transaction, false);
  }

  private ownOf<Row>(table: Table<Row>): ReturnType<Writer['written']> {
    return this.transaction.written(table);
  }

  private exists<Row>(table: Table<Row>, key: string, values: readonly string[]): boolean {
    if (this.newest(table, key) !== undefined) return true;
    if (values.some((value) => table.uniques.has(value))) return true;
    const own = this.ownOf(table);
    if (!own || values.length === 0) return false;
    return [...own.values()].some(
      ({ row }) =>
        row !== undefined &&
        table.uniqueValuesOf(row as Row).some((value) => values.includes(value)),
    );
  }
}
