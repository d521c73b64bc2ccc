/** A place in the order of reading. Both are whole numbers in decimal digits. */
export interface Position {
  readonly xid: string;
  readonly seq: string;
}

export const START: Position = { xid: '0', seq: '0' };

/** A fact as the event store has it. */
export interface StoredEvent extends Position {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  /** What can be compared of `time`. */
  readonly at: Date;
  readonly topic: string;
  readonly key: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  /** int8. */
  readonly revision: string | null;
  /** JSON, to the letter as it was kept. */
  readonly data: string;
  readonly correlationid: string | null;
  readonly causationid: string | null;
  readonly traceparent: string | null;
  readonly extensions: Readonly<Record<string, string>> | null;
}
