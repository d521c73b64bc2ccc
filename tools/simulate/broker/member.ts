/**
 * One process in a consumer group: fetches, hands batches to the transport's `BatchRunner`, and
 * commits offsets. It stands where `GroupConsumer` and `BatchFeeder` stand over kafkajs.
 */
import { crashPoint, type BatchRunner, type RawMessage, type TopicHandlers } from '#messaging';
import type { Actor } from '../world/scheduler.js';
import type { Partition } from './broker.js';
import type { ConsumerGroup, GroupMember } from './group.js';

/** One partition for as long as this member believes to have it. */
interface Share {
  readonly partition: number;
  readonly generation: number;
  position: number;
  isBusy: boolean;
  isRevoked: boolean;
  setbacks: number;
  /** The offset that waits to be committed. */
  noted: number | undefined;
}

export interface MemberParts {
  readonly group: ConsumerGroup;
  readonly actor: Actor;
  readonly runner: BatchRunner;
  readonly handlers: TopicHandlers;
  /** Most messages of one fetch. */
  readonly maxBatch: number;
}

export class SimMember implements GroupMember {
  readonly actor: Actor;
  private shares: Share[] = [];

  constructor(private readonly parts: MemberParts) {
    this.actor = parts.actor;
    parts.group.partitions.forEach(({ readers }, partition) =>
      readers.push(() => {
        const share = this.shares.find((one) => one.partition === partition);
        if (share && this.actor.isAlive) this.fetch(share);
      }),
    );
  }

  assign(partitions: readonly number[], generation: number): void {
    this.revoke();
    const { group } = this.parts;
    this.shares = partitions.map((partition) => ({
      partition,
      generation,
      position: group.committed[partition] ?? 0,
      isBusy: false,
      isRevoked: false,
      setbacks: 0,
      noted: undefined,
    }));
    for (const share of this.shares) this.fetch(share);
  }

  revoke(): void {
    for (const share of this.shares) share.isRevoked = true;
    this.shares = [];
  }

  /** It finds out that it is no longer in the group, and joins anew. */
  noticeExpulsion(): void {
    const { group } = this.parts;
    if (group.has(this)) return;
    this.revoke();
    group.join(this);
  }

  private get world() {
    return this.parts.group.broker.world;
  }

  private fetch(share: Share, afterMs = this.world.delays.broker()): void {
    if (share.isBusy || share.isRevoked) return;
    const { log } = this.parts.group.partitions[share.partition] as Partition;
    if (share.position >= log.length) return;
    share.isBusy = true;
    this.world.scheduler.after(afterMs, this.actor, () => void this.process(share, log));
  }

  private async process(share: Share, log: readonly RawMessage[]): Promise<void> {
    const { group, runner, handlers, maxBatch } = this.parts;
    const { world } = this;
    if (share.isRevoked) return;
    if (group.broker.isAway) {
      share.isBusy = false;
      this.fetch(share, 250);
      return;
    }
    const { topic } = group;
    if (share.position > 0 && world.faults.strikes('redelivery', `${topic}/${share.partition}`)) {
      share.position = Math.max(0, share.position - world.random.whole(1, 5));
    }
    const from = share.position;
    const messages = log.slice(from, from + world.random.whole(1, maxBatch));
    world.note(`fetched ${topic}/${share.partition} ${from}+${messages.length}`);
    const outcome = await runner.run(messages, handlers, {
      isActive: () => !share.isRevoked && this.actor.isAlive,
      done: (offset) => this.done(share, Number(offset) + 1),
    });
    share.isBusy = false;
    if (!this.actor.isAlive) return;
    share.setbacks = outcome === 'done' ? 0 : share.setbacks + 1;
    if (outcome === 'done') this.fetch(share);
    else this.fetch(share, Math.min(5_000, 100 * 2 ** (share.setbacks - 1)));
  }

  private done(share: Share, next: number): void {
    share.position = next;
    share.setbacks = 0;
    const isUnderWay = share.noted !== undefined;
    share.noted = next;
    if (isUnderWay) return;
    this.world.scheduler.after(this.world.delays.broker(), this.actor, () => this.commit(share));
  }

  private commit(share: Share): void {
    const { group } = this.parts;
    const { noted, partition, generation } = share;
    share.noted = undefined;
    if (noted === undefined || group.broker.isAway) return;
    crashPoint('batch.before-offset-commit');
    if (this.world.faults.strikes('offset-commit-lost', `${group.topic}/${partition}`)) return;
    if (group.commit(this, generation, partition, noted)) {
      crashPoint('batch.after-offset-commit');
      return;
    }
    // It was revoked in order, or it is a zombie and finds out now.
    if (!share.isRevoked) this.world.met('offset of a zombie refused');
    this.noticeExpulsion();
  }
}
