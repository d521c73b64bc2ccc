import type { Clock } from '../clock.js';
import type { RawMessage } from '../wire.js';
import type { KafkaOptions } from './options.js';
import type { ConnectKafka } from './ports.js';

export interface ConsumerTuning {
  /**
   * Silent this long, a member's partitions are given to others. A process that comes back later
   * does no harm, so this is short: it is how long the partitions of a killed process lie idle.
   */
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatMs: number;
  /** How long the broker holds a fetch that finds less than `minBytes`. */
  readonly maxWaitMs: number;
  readonly minBytes: number;
  /** Those of one fetch that are passed on at once, at most; they may share a transaction. */
  readonly concurrentPartitions: number;
  readonly maxBytesPerPartition: number;
}

export const DEFAULT_TUNING: ConsumerTuning = {
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 30_000,
  heartbeatMs: 1_000,
  maxWaitMs: 500,
  // It answers at once when something comes.
  minBytes: 1,
  concurrentPartitions: 100,
  maxBytesPerPartition: 512 * 1024,
};

/**
 * For who lives off the facts, and is read by people: what comes within a quarter of a second comes
 * in one batch, and leaves the processor to those who are in a hurry.
 */
export const READER_TUNING: ConsumerTuning = {
  ...DEFAULT_TUNING,
  maxWaitMs: 250,
  minBytes: 256 * 1024,
};

export interface PartitionControl {
  /** False when the partition was taken away or the consumer stops. */
  isActive(): boolean;
  /** Everything up to and including this offset is done. */
  done(offset: string): void;
  /** When they were fetched, on `Clock.now`. */
  readonly fetchedAtMs?: number;
}

export interface ObservedBatch {
  readonly topic: string;
  readonly messages: number;
  readonly durationMs: number;
}

export interface GroupConsumerOptions {
  readonly kafka: KafkaOptions;
  /** Logical names, as those of the topics. */
  readonly group: string;
  readonly topics: readonly string[];
  readonly clock: Clock;
  /** Default: kafkajs. */
  readonly connect?: ConnectKafka;
  readonly tuning?: ConsumerTuning;
  /** Rejects when no broker answers. */
  readonly ping: () => Promise<void>;
  /**
   * Handles messages of one partition. Must not reject. `again`: those that were not reported done
   * are to be fetched once more, after a pause that grows while this repeats itself.
   */
  readonly handle: (
    messages: readonly RawMessage[],
    control: PartitionControl,
  ) => Promise<'done' | 'again'>;
  readonly observe?: ((batch: ObservedBatch) => void) | undefined;
}
