import { Locks } from './locks.js';

/** Committed rows by key. Rows are never changed, only replaced. */
export class Table<Row> {
  readonly rows = new Map<string, Row>();
  /** Further unique values: from the value to the key of the row that has it. */
  readonly uniques = new Map<string, string>();

  readonly locks = new Locks();
  /** Of the further unique values. */
  readonly uniqueLocks = new Locks();

  constructor(
    readonly name: string,
    /** Values besides the key that only one row may have. */
    readonly uniqueValuesOf: (row: Row) => readonly string[] = () => [],
  ) {}
}
