/**
 * What consuming and publishing ask of a Kafka client. In production it is kafkajs, as `createKafka`
 * configures it; the simulator brings a client of its own.
 */
import type {
  Consumer,
  ConsumerConfig,
  ConsumerEvents,
  Producer,
  ProducerConfig,
  RetryOptions,
} from 'kafkajs';
import type { RawMessage } from '../wire.js';
import type { KafkaOptions } from './options.js';

/** Opens no connection yet. `retry` is for requests that do not say otherwise. */
export type ConnectKafka = (options: KafkaOptions, retry?: RetryOptions) => KafkaPort;

export interface KafkaPort {
  consumer(config: ConsumerConfig): ConsumerPort;
  producer(config: ProducerConfig): ProducerPort;
}

export type ProducerPort = Pick<Producer, 'connect' | 'disconnect' | 'sendBatch'>;

/** One session of a group's member; after a crash it is of no use any more. */
export interface ConsumerPort extends Pick<
  Consumer,
  'connect' | 'disconnect' | 'subscribe' | 'commitOffsets' | 'pause' | 'resume'
> {
  readonly events: Pick<ConsumerEvents, 'CRASH' | 'GROUP_JOIN' | 'HEARTBEAT'>;
  on(
    event: ConsumerEvents['GROUP_JOIN'],
    listener: (joined: { readonly payload: GroupJoined }) => void,
  ): unknown;
  on(
    event: ConsumerEvents['CRASH'],
    listener: (crash: { readonly payload: { readonly error: Error } }) => void,
  ): unknown;
  on(event: ConsumerEvents['HEARTBEAT'], listener: () => void): unknown;
  run(config: ConsumerRun): Promise<void>;
}

export interface GroupJoined {
  readonly memberId: string;
  /** Partitions by topic. */
  readonly memberAssignment: Readonly<Record<string, number[]>>;
}

export interface ConsumerRun {
  readonly autoCommit: false;
  readonly eachBatchAutoResolve: false;
  readonly partitionsConsumedConcurrently: number;
  /** A rejection by a heartbeat's error makes the member join anew. */
  eachBatch(payload: FetchedPayload): Promise<void>;
}

export interface FetchedPayload {
  readonly batch: FetchedBatch;
  /** Everything up to and including this offset will not be fetched again in this session. */
  resolveOffset(offset: string): void;
  /** Rejects when the member is no longer of the group's generation. */
  heartbeat(): Promise<void>;
  isRunning(): boolean;
  isStale(): boolean;
}

/** At least one message, of one partition, in order. */
export interface FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly FetchedMessage[];
}

export type FetchedMessage = Omit<RawMessage, 'topic' | 'partition'>;
