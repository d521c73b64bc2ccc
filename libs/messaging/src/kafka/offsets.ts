import type { TopicPartitionOffsetAndMetadata } from 'kafkajs';

/**
 * Commits offsets of several partitions together: one request at a time, which takes along all that
 * was noted while the one before was under way. An offset is noted after its database commit, so one
 * that is not committed any more only means that messages come again.
 */
export class OffsetCommitter {
  readonly #noted = new Map<string, TopicPartitionOffsetAndMetadata>();
  #committing: Promise<void> | undefined;

  constructor(
    private readonly commit: (offsets: TopicPartitionOffsetAndMetadata[]) => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Everything of the partition before `nextOffset` is done. */
  note(topic: string, partition: number, nextOffset: string): void {
    this.#noted.set(`${topic}/${partition}`, { topic, partition, offset: nextOffset });
  }

  /** Resolves when all that was noted by now is committed, or could not be. Never rejects. */
  flush(): Promise<void> {
    this.#committing ??= this.#run().finally(() => {
      this.#committing = undefined;
    });
    return this.#committing;
  }

  /** For a new generation of the group, which may have given the partitions to others. */
  forget(): void {
    this.#noted.clear();
  }

  async #run(): Promise<void> {
    // Those that are noted in one go travel together.
    await Promise.resolve();
    while (this.#noted.size > 0) {
      const offsets = [...this.#noted.values()];
      this.#noted.clear();
      try {
        await this.commit(offsets);
      } catch (error) {
        this.onError(error);
        return;
      }
    }
  }
}
