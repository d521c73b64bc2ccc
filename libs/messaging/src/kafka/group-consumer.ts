/**
 * A consumer group's member that lives as long as it is wanted. kafkajs gives up for good after some
 * errors and hangs after others, so each session is watched, and a new one is built when it ends or
 * falls silent: after an outage of any length, or when the broker was not there to begin with.
 */
import { atMost, backoffMs } from '../clock.js';
import { crashPoint } from '../crash-point.js';
import { asError } from '../errors.js';
import { BatchFeeder, FLUSH_WITHIN_MS } from './batch-feeder.js';
import {
  DEFAULT_TUNING,
  type ConsumerTuning,
  type GroupConsumerOptions,
} from './consumer-options.js';
import { FormerMember } from './former-member.js';
import { createKafka, RETRY } from './kafkajs.js';
import { OffsetCommitter } from './offsets.js';
import type { ConsumerPort } from './ports.js';
import { SilenceWatch } from './silence-watch.js';

/** More than elsewhere: members that start together disturb each other's joining. */
const CONSUMER_RETRY = { ...RETRY, retries: 8 };
const REBUILD_MAX_MS = 2_000;
/** A client that hangs while it disconnects is left behind. */
const DISCONNECT_WITHIN_MS = 3_000;

export class GroupConsumer {
  readonly #tuning: ConsumerTuning;
  readonly #feeder: BatchFeeder;
  readonly #formerMember: FormerMember;
  readonly #stop = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #stopped = false;
  #watch: SilenceWatch | undefined;
  #joined = false;
  #failure: Error | undefined;

  constructor(private readonly options: GroupConsumerOptions) {
    this.#tuning = options.tuning ?? DEFAULT_TUNING;
    this.#feeder = new BatchFeeder(options);
    const { kafka, group, clock } = options;
    this.#formerMember = new FormerMember(kafka.topicPrefix + group, clock);
  }

  /** Begins and goes on by itself; does not wait for the broker. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Lets the batches under way end, commits their offsets and leaves the group. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#feeder.stop();
    this.#stop.resolve();
    await this.#running;
  }

  /** Why it is not consuming at the moment; undefined while it is. */
  get failure(): Error | undefined {
    if (!this.#joined) return this.#failure ?? new Error('joining its group');
    const silentMs = this.#watch?.silentMs ?? 0;
    if (silentMs > this.#tuning.sessionTimeoutMs) return new Error('the group hears nothing of it');
    return this.#feeder.stuck;
  }

  async #run(): Promise<void> {
    const { clock, group, kafka } = this.options;
    let failures = 0;
    while (!this.#stopped) {
      try {
        await this.#session(() => (failures = 0));
      } catch (error) {
        failures += 1;
        this.#failure = asError(error);
        if (failures === 1) kafka.log.warn({ err: error, group }, 'not consuming, trying again');
        await atMost(clock, backoffMs(failures, 100, REBUILD_MAX_MS), this.#stop.promise);
      } finally {
        this.#joined = false;
      }
    }
  }

  /** One consumer of the client, from connecting to its end. Rejects unless it was stopped. */
  async #session(onJoin: () => void): Promise<void> {
    const consumer = this.#consumer();
    const offsets = this.#offsets(consumer);
    const crashed = Promise.withResolvers<never>();
    const { clock, ping, group, kafka } = this.options;
    const silenceMs = this.#tuning.sessionTimeoutMs;
    const watch = new SilenceWatch({ clock, silenceMs, ping, onDead: crashed.reject });
    this.#watch = watch;
    const { CRASH, GROUP_JOIN, HEARTBEAT } = consumer.events;
    consumer.on(CRASH, ({ payload }) => crashed.reject(payload.error));
    // Nothing else is a sign: after a refusal kafkajs goes on fetching as nobody's member, for ever
    // and without heartbeats, when the connection is lost while it joins anew.
    consumer.on(HEARTBEAT, () => watch.sign());
    consumer.on(GROUP_JOIN, ({ payload }) => {
      watch.sign();
      offsets.forget();
      this.#feeder.joined();
      this.#joined = true;
      this.#formerMember.joinedAs(payload.memberId);
      onJoin();
      kafka.log.info({ group, partitions: payload.memberAssignment }, 'joined the consumer group');
    });
    try {
      const begun = this.#begin(consumer, offsets);
      await Promise.race([begun, crashed.promise, this.#stop.promise]);
      begun.catch(() => undefined);
      await Promise.race([crashed.promise, this.#stop.promise]);
    } finally {
      watch.end();
      await atMost(clock, FLUSH_WITHIN_MS, offsets.flush());
      await atMost(clock, DISCONNECT_WITHIN_MS, consumer.disconnect());
      offsets.close();
    }
  }

  async #begin(consumer: ConsumerPort, offsets: OffsetCommitter): Promise<void> {
    const { topics, kafka } = this.options;
    await consumer.connect();
    await this.#formerMember.leave(() => !this.#stopped);
    // From the beginning: a new group must not miss what was sent before it existed.
    await consumer.subscribe({
      topics: topics.map((topic) => kafka.topicPrefix + topic),
      fromBeginning: true,
    });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.#tuning.concurrentPartitions,
      eachBatch: (payload) => this.#feeder.feed(payload, consumer, offsets),
    });
  }

  #consumer(): ConsumerPort {
    const { kafka, group, connect = createKafka } = this.options;
    return connect(kafka, CONSUMER_RETRY).consumer({
      groupId: kafka.topicPrefix + group,
      sessionTimeout: this.#tuning.sessionTimeoutMs,
      rebalanceTimeout: this.#tuning.rebalanceTimeoutMs,
      heartbeatInterval: this.#tuning.heartbeatMs,
      maxWaitTimeInMs: this.#tuning.maxWaitMs,
      minBytes: this.#tuning.minBytes,
      maxBytesPerPartition: this.#tuning.maxBytesPerPartition,
      allowAutoTopicCreation: false,
      metadataMaxAge: 60_000,
      retry: CONSUMER_RETRY,
      partitionAssigners: [this.#formerMember.assigner],
    });
  }

  #offsets(consumer: ConsumerPort): OffsetCommitter {
    const { clock, group, kafka } = this.options;
    return new OffsetCommitter(
      clock,
      async (noted) => {
        crashPoint('batch.before-offset-commit');
        await consumer.commitOffsets(noted);
        crashPoint('batch.after-offset-commit');
      },
      (error) =>
        kafka.log.debug({ err: error, group }, 'offsets not committed, messages may come again'),
    );
  }
}
