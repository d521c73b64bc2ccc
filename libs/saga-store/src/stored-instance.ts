/** An instance as a row: what is searched for in columns, the rest as one document. */
import type { SagaInstance } from '#saga';
import { readBody, readTrace, type StoredBody } from './stored-body.js';

/** Where the last commands of an instance stand in the outbox. */
export interface OutboxPosition {
  readonly epoch: string;
  readonly seq: string;
}

export interface InstanceRow {
  readonly id: string;
  readonly definition: string;
  readonly version: number;
  readonly business_key: string;
  readonly revision: number;
  readonly state: SagaInstance['state'];
  readonly partition: number;
  readonly wake_at_ms: number | null;
  readonly outbox_epoch: string | null;
  readonly outbox_seq: string | null;
  readonly created_at_ms: number;
  readonly updated_at_ms: number;
  readonly input: unknown;
  readonly body: StoredBody;
}

/** Columns of `InstanceRow`; times as epoch ms, because the core counts in those. */
export const INSTANCE_COLUMNS = `
  id, definition, version, business_key, revision, state, partition,
  (extract(epoch from wake_at) * 1000)::float8 as wake_at_ms,
  outbox_epoch, outbox_seq,
  (extract(epoch from created_at) * 1000)::float8 as created_at_ms,
  (extract(epoch from updated_at) * 1000)::float8 as updated_at_ms,
  input, body`;

export interface StoredInstance {
  readonly instance: SagaInstance;
  readonly partition: number;
  readonly position?: OutboxPosition;
  /** `traceparent` of what was decided last, where that was traced. */
  readonly trace?: string;
}

export const fromRow = (row: InstanceRow): StoredInstance => {
  const { id, outbox_epoch: epoch, outbox_seq: seq } = row;
  const createdAt = Math.round(row.created_at_ms);
  const trace = readTrace(row.body);
  return {
    instance: {
      id,
      definition: row.definition,
      version: row.version,
      businessKey: row.business_key,
      revision: row.revision,
      state: row.state,
      input: row.input,
      ...readBody(row.body, { id, createdAt }),
      wakeAt: row.wake_at_ms === null ? null : Math.round(row.wake_at_ms),
      createdAt,
      updatedAt: Math.round(row.updated_at_ms),
    },
    partition: row.partition,
    ...(epoch !== null && seq !== null && { position: { epoch, seq } }),
    ...(trace !== undefined && { trace }),
  };
};

export const inputOf = ({ input }: SagaInstance): string => JSON.stringify(input);
