/**
 * Puts what was fetched of several partitions at once into one transaction: the more that comes, the
 * more a transaction carries, whatever the number of partitions. When it fails, for whatever reason,
 * each partition goes its own way, so that the trouble of one never holds up the others.
 */
import { runtime } from '#platform';
import type { RawMessage } from '../wire.js';
import type { BatchControl, BatchOutcome, BatchRunner, Fetched, Handlers } from './batch-runner.js';

interface Waiting extends Fetched {
  readonly handlers: Handlers;
  readonly settle: (outcome: Promise<BatchOutcome>) => void;
}

export class BatchGatherer {
  #waiting: Waiting[] = [];

  constructor(
    private readonly runner: Pick<BatchRunner, 'run' | 'runTogether' | 'maxEvents'>,
    /** Runs it when the partitions of one fetch have all been passed on. */
    private readonly defer: (run: () => void) => void = runtime.defer,
  ) {}

  /** Never rejects. `messages` are of one partition, in order, and at least one. */
  run(
    messages: readonly RawMessage[],
    handlers: Handlers,
    control: BatchControl,
  ): Promise<BatchOutcome> {
    return new Promise((settle) => {
      if (this.#waiting.length === 0) this.defer(() => this.#begin());
      this.#waiting.push({ messages, handlers, control, settle });
    });
  }

  #begin(): void {
    const waiting = Map.groupBy(this.#waiting, ({ handlers }) => handlers);
    this.#waiting = [];
    for (const [handlers, partitions] of waiting) void this.#runAll(handlers, partitions);
  }

  async #runAll(handlers: Handlers, partitions: readonly Waiting[]): Promise<void> {
    for (const group of this.#grouped(partitions)) {
      if (group.length > 1 && (await this.runner.runTogether(group, handlers))) {
        for (const { settle } of group) settle(Promise.resolve('done'));
        continue;
      }
      for (const { messages, control, settle } of group) {
        const outcome = this.runner.run(messages, handlers, control);
        settle(outcome);
        await outcome;
      }
    }
  }

  /** As many partitions together as fit into one transaction. */
  #grouped(partitions: readonly Waiting[]): Waiting[][] {
    const groups: Waiting[][] = [];
    let room = 0;
    for (const partition of partitions) {
      const { length } = partition.messages;
      if (length > room) {
        groups.push([]);
        room = this.runner.maxEvents;
      }
      groups.at(-1)?.push(partition);
      room -= length;
    }
    return groups;
  }
}
