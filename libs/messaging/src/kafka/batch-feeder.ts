import { atMost, every } from '../clock.js';
import { asError } from '../errors.js';
import { DEFAULT_TUNING, type GroupConsumerOptions } from './consumer-options.js';
import type { OffsetCommitter } from './offsets.js';
import type { ConsumerPort, FetchedPayload } from './ports.js';
import { Setbacks } from './setbacks.js';

/** Recording offsets is a courtesy to whoever comes next: an outage must not make us wait for it. */
export const FLUSH_WITHIN_MS = 2_000;

/** Passes fetched batches on, with heartbeats meanwhile, and takes their offsets back. */
export class BatchFeeder {
  readonly #setbacks: Setbacks;
  #stopped = false;

  constructor(private readonly options: GroupConsumerOptions) {
    this.#setbacks = new Setbacks(options.clock);
  }

  /** A partition that gets no further; undefined while all do. */
  get stuck(): Error | undefined {
    return this.#setbacks.stuck;
  }

  /** The partitions were dealt out anew. */
  joined(): void {
    this.#setbacks.forget();
  }

  /** Batches under way end as soon as they can. */
  stop(): void {
    this.#stopped = true;
  }

  async feed(
    { batch, resolveOffset, heartbeat, isRunning, isStale }: FetchedPayload,
    consumer: ConsumerPort,
    offsets: OffsetCommitter,
  ): Promise<void> {
    const { clock, kafka, tuning = DEFAULT_TUNING } = this.options;
    const { topic, partition } = batch;
    const logical = topic.slice(kafka.topicPrefix.length);
    const startedMs = clock.now();
    let lost: Error | undefined;
    const stopBeating = every(clock, tuning.heartbeatMs, () => {
      heartbeat().catch((error: unknown) => (lost ??= asError(error)));
    });
    const messages = batch.messages.map((message) => ({ ...message, topic: logical, partition }));
    const control = {
      fetchedAtMs: startedMs,
      isActive: () => lost === undefined && isRunning() && !isStale() && !this.#stopped,
      done: (offset: string) => {
        this.#setbacks.over(`${topic}/${partition}`);
        resolveOffset(offset);
        offsets.note(topic, partition, (BigInt(offset) + 1n).toString());
      },
    };
    const outcome = await this.options.handle(messages, control).finally(stopBeating);
    this.options.observe?.({
      topic: logical,
      messages: messages.length,
      durationMs: clock.now() - startedMs,
    });
    if (lost !== undefined || this.#stopped) await atMost(clock, FLUSH_WITHIN_MS, offsets.flush());
    // kafkajs joins the group anew when it is told.
    if (lost !== undefined) throw lost;
    if (outcome === 'again' && !this.#stopped) this.#pause(consumer, topic, partition);
  }

  /** The member's other partitions go on meanwhile. */
  #pause(consumer: ConsumerPort, topic: string, partition: number): void {
    const pauseMs = this.#setbacks.another(`${topic}/${partition}`);
    const what = [{ topic, partitions: [partition] }];
    consumer.pause(what);
    this.options.clock.after(pauseMs, () => {
      try {
        consumer.resume(what);
      } catch {
        // The session is over; the next one begins without pauses.
      }
    });
  }
}
