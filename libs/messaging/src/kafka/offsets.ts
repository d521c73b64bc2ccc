import type { TopicPartitionOffsetAndMetadata } from 'kafkajs';
import type { Clock } from '../clock.js';

/** How old the committed offsets may be; it is how much comes again after a crash. */
const COMMIT_WITHIN_MS = 250;

/**
 * Commits offsets of several partitions together, a few times a second: an offset is noted after its
 * database commit, so one that is not committed yet only means that messages come again to whoever
 * takes over, who knows them. One request at a time takes along all that was noted meanwhile.
 */
export class OffsetCommitter {
  #noted = new Map<string, TopicPartitionOffsetAndMetadata>();
  #committing: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(
    private readonly clock: Clock,
    private readonly commit: (offsets: TopicPartitionOffsetAndMetadata[]) => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Everything of the partition before `nextOffset` is done. It is committed before long. */
  note(topic: string, partition: number, nextOffset: string): void {
    if (this.#isClosed) return;
    this.#noted.set(`${topic}/${partition}`, { topic, partition, offset: nextOffset });
    this.#commitSoon();
  }

  /** Resolves when all that was noted by now is committed, or could not be. Never rejects. */
  flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#committing ??= this.#run().finally(() => {
      this.#committing = undefined;
      // What could not be committed, and what was noted meanwhile.
      if (this.#noted.size > 0) this.#commitSoon();
    });
    return this.#committing;
  }

  /** For a new generation of the group, which may have given the partitions to others. */
  forget(): void {
    this.#noted = new Map();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** For good: whoever takes the partitions over gets again what was not committed. */
  close(): void {
    this.#isClosed = true;
    this.forget();
  }

  #commitSoon(): void {
    this.#cancelTimer ??= this.clock.after(COMMIT_WITHIN_MS, () => void this.flush());
  }

  async #run(): Promise<void> {
    while (this.#noted.size > 0) {
      const noted = this.#noted;
      const under = [...noted];
      noted.clear();
      try {
        await this.commit(under.map(([, offset]) => offset));
      } catch (error) {
        this.onError(error);
        // Nothing else may ever come in such a partition, which would look behind for ever. What was
        // forgotten meanwhile stays forgotten, for that is another map.
        for (const [place, offset] of under) if (!noted.has(place)) noted.set(place, offset);
        return;
      }
    }
  }
}
