/** Topics, partitions and what lies in them. Groups are in `group.ts`, clients in `client.ts`. */
import type { RawMessage, WireMessage } from '#messaging';
import { hashText } from '../world/random.js';
import { newActor } from '../world/scheduler.js';
import type { World } from '../world/world.js';

export interface Partition {
  readonly log: RawMessage[];
  /** Called after something was added. */
  readonly readers: Set<() => void>;
}

/** What a producer sends: the logs keep the bytes as they are. */
export interface SentMessage {
  readonly partition?: number;
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: RawMessage['headers'];
}

export class SimBroker {
  readonly actor = newActor('broker');
  /** Told of every message that it has taken. */
  onArrival: (message: WireMessage, offset: number) => void = () => undefined;
  /** Called when its connections are closed. */
  readonly onClosed: (() => void)[] = [];
  private awayUntil = 0;
  private readonly topics = new Map<string, Partition[]>();

  constructor(
    readonly world: World,
    /** 0: there is no such topic. */
    private readonly partitionsOf: (topic: string) => number,
  ) {}

  /** Until then nobody reaches it. */
  get awayUntilMs(): number {
    return this.awayUntil;
  }

  set awayUntilMs(untilMs: number) {
    this.awayUntil = untilMs;
    for (const closed of this.onClosed) closed();
  }

  get isAway(): boolean {
    return this.world.scheduler.nowMs < this.awayUntil;
  }

  partitions(topic: string): readonly Partition[] {
    let partitions = this.topics.get(topic);
    if (!partitions) {
      partitions = Array.from({ length: this.partitionsOf(topic) }, () => ({
        log: [],
        readers: new Set(),
      }));
      this.topics.set(topic, partitions);
    }
    return partitions;
  }

  /** Where a message goes: its own partition, or that of its key. */
  placeOf(topic: string, { partition, key }: SentMessage): number {
    return (partition ?? hashText(String(key ?? ''))) % this.partitions(topic).length;
  }

  append(topic: string, message: SentMessage): void {
    const { key = null, value, headers } = message;
    const partition = this.placeOf(topic, message);
    const { log, readers } = this.partitions(topic)[partition] as Partition;
    const offset = log.length;
    log.push({
      topic,
      partition,
      offset: String(offset),
      timestamp: String(Math.floor(this.world.epochMs)),
      key: bytesOf(key),
      value: bytesOf(value),
      headers,
    });
    this.onArrival(
      {
        topic,
        partition,
        key: String(key),
        // The outbox writes no others.
        headers: headers as WireMessage['headers'],
        value: String(value),
      },
      offset,
    );
    for (const read of readers) read();
  }
}

const bytesOf = (given: Buffer | string | null): Buffer | null =>
  typeof given === 'string' ? Buffer.from(given) : given;
