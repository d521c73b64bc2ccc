import type { Consumer, EachBatchPayload } from 'kafkajs';
import { atMost, backoffMs } from '../clock.js';
import { asError } from '../errors.js';
import { DEFAULT_TUNING, type GroupConsumerOptions } from './consumer-options.js';
import type { OffsetCommitter } from './offsets.js';

const PAUSE_FIRST_MS = 100;
const PAUSE_MAX_MS = 5_000;
/** Recording offsets is a courtesy to whoever comes next: an outage must not make us wait for it. */
const FLUSH_WITHIN_MS = 2_000;

/** Passes fetched batches on, with heartbeats meanwhile, and takes their offsets back. */
export class BatchFeeder {
  /** How often in a row a partition had to be given back. */
  readonly #setbacks = new Map<string, number>();
  #stopped = false;

  constructor(private readonly options: GroupConsumerOptions) {}

  /** Batches under way end as soon as they can. */
  stop(): void {
    this.#stopped = true;
  }

  async feed(
    { batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload,
    consumer: Consumer,
    offsets: OffsetCommitter,
  ): Promise<void> {
    const { clock, kafka, tuning = DEFAULT_TUNING } = this.options;
    const { topic, partition } = batch;
    const logical = topic.slice(kafka.topicPrefix.length);
    const startedMs = clock.now();
    let lost: Error | undefined;
    const beat = setInterval(() => {
      heartbeat().catch((error: unknown) => (lost ??= asError(error)));
    }, tuning.heartbeatMs);
    const messages = batch.messages.map((message) => ({ ...message, topic: logical, partition }));
    const control = {
      isActive: () => lost === undefined && isRunning() && !isStale() && !this.#stopped,
      done: (offset: string) => {
        this.#setbacks.delete(`${topic}/${partition}`);
        resolveOffset(offset);
        offsets.note(topic, partition, (BigInt(offset) + 1n).toString());
        void offsets.flush();
      },
    };
    const outcome = await this.options.handle(messages, control).finally(() => clearInterval(beat));
    this.options.observe?.({
      topic: logical,
      partition,
      messages: messages.length,
      durationMs: clock.now() - startedMs,
      lag: Number(batch.offsetLag()),
    });
    if (lost !== undefined || this.#stopped) await atMost(clock, FLUSH_WITHIN_MS, offsets.flush());
    // kafkajs joins the group anew when it is told.
    if (lost !== undefined) throw lost;
    if (outcome === 'again' && !this.#stopped) this.#pause(consumer, topic, partition);
  }

  /** The member's other partitions go on meanwhile. */
  #pause(consumer: Consumer, topic: string, partition: number): void {
    const key = `${topic}/${partition}`;
    const setbacks = (this.#setbacks.get(key) ?? 0) + 1;
    this.#setbacks.set(key, setbacks);
    const what = [{ topic, partitions: [partition] }];
    consumer.pause(what);
    this.options.clock.after(backoffMs(setbacks, PAUSE_FIRST_MS, PAUSE_MAX_MS), () => {
      try {
        consumer.resume(what);
      } catch {
        // The session is over; the next one begins without pauses.
      }
    });
  }
}
