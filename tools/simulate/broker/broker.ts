/** Topics, partitions and what lies in them. Groups are in `group.ts`. */
import type { RawMessage, WireMessage } from '#messaging';
import { hashText } from '../world/random.js';
import { newActor } from '../world/scheduler.js';
import type { World } from '../world/world.js';

export interface Partition {
  readonly log: RawMessage[];
  /** Called after something was added. */
  readonly readers: (() => void)[];
}

export class SimBroker {
  readonly actor = newActor('broker');
  /** Until then nobody reaches it. */
  awayUntilMs = 0;
  /** Told of every message that it has taken. */
  onArrival: (message: WireMessage) => void = () => undefined;
  private readonly topics = new Map<string, Partition[]>();

  constructor(
    readonly world: World,
    private readonly partitionsOf: (topic: string) => number,
  ) {}

  get isAway(): boolean {
    return this.world.scheduler.nowMs < this.awayUntilMs;
  }

  partitions(topic: string): readonly Partition[] {
    let partitions = this.topics.get(topic);
    if (!partitions) {
      partitions = Array.from({ length: this.partitionsOf(topic) }, () => ({
        log: [],
        readers: [],
      }));
      this.topics.set(topic, partitions);
    }
    return partitions;
  }

  /** Where a message goes: its own partition, or that of its key. */
  placeOf({ topic, partition, key }: WireMessage): number {
    const count = this.partitions(topic).length;
    return (partition ?? hashText(key)) % count;
  }

  append(message: WireMessage): void {
    const { topic, key, value, headers } = message;
    const partition = this.placeOf(message);
    const { log, readers } = this.partitions(topic)[partition] as Partition;
    log.push({
      topic,
      partition,
      offset: String(log.length),
      timestamp: String(Math.floor(this.world.epochMs)),
      key: Buffer.from(key),
      value: Buffer.from(value),
      headers,
    });
    this.onArrival(message);
    for (const read of readers) read();
  }
}
