/** What a message is in memory. How it looks on the wire is the codec's business. */
import { runtime } from '#platform';

/** A CloudEvents 1.0 event, `specversion` and `datacontenttype` (JSON) understood. */
export interface CloudEvent<Data = unknown> {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly data: Data;
  readonly correlationid?: string;
  readonly causationid?: string;
  readonly traceparent?: string;
  /** Further CloudEvents attributes: lower-case alphanumeric names. */
  readonly extensions?: Readonly<Record<string, string>>;
}

/** An event on its way out. `topic` is the logical name, without the environment's prefix. */
export interface OutgoingEvent<Data = unknown> extends CloudEvent<Data> {
  readonly topic: string;
  /** Events of one key stay in one partition. */
  readonly key: string;
  /** Overrides the partition that the key would choose. */
  readonly partition?: number;
}

/** An event as it came in. `topic` is the logical name, without the environment's prefix. */
export interface ReceivedEvent<Data = unknown> extends CloudEvent<Data> {
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  readonly offset: string;
  /** The Kafka headers as they were, also those that are no CloudEvents attributes. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Events that are handled in one transaction: those of each partition follow in their order. */
export interface EventBatch {
  readonly topic: string;
  readonly events: readonly ReceivedEvent[];
}

/** An event that made its handler throw, alone in its batch. */
export interface EventFailure {
  readonly event: ReceivedEvent;
  readonly error: Error;
}

/** UUIDv7: ids made one after the other sort in that order, which keeps indexes dense. */
export const newId = (): string => runtime.uuid();
