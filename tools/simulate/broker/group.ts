/**
 * A consumer group of one topic: who has which partition in which generation, and how far the group
 * has read. A member that is expelled learns of it later than the others: until then it is a zombie
 * that goes on with partitions which somebody else has by now.
 */
import type { Actor } from '../world/scheduler.js';
import type { Partition, SimBroker } from './broker.js';

/** What the group tells its members. */
export interface GroupMember {
  readonly actor: Actor;
  /** From now on these are its partitions, and no others. */
  assign(partitions: readonly number[], generation: number): void;
  /** Nothing more is to be begun; the new partitions come later. */
  revoke(): void;
}

const JOIN_MS = [20, 300] as const;

export class ConsumerGroup {
  generation = 0;
  /** The next offset to read, by partition. */
  readonly committed: number[];
  private readonly members = new Set<GroupMember>();

  constructor(
    readonly broker: SimBroker,
    readonly topic: string,
  ) {
    this.committed = this.partitions.map(() => 0);
  }

  get partitions(): readonly Partition[] {
    return this.broker.partitions(this.topic);
  }

  /** Messages that the group has not read yet. */
  get lag(): number {
    return this.partitions.reduce(
      (lag, { log }, index) => lag + log.length - (this.committed[index] ?? 0),
      0,
    );
  }

  has(member: GroupMember): boolean {
    return this.members.has(member);
  }

  join(member: GroupMember): void {
    this.members.add(member);
    this.rebalance();
  }

  /** It has left, died, or was silent for too long; it is not told. */
  remove(member: GroupMember): void {
    if (this.members.delete(member)) this.rebalance();
  }

  /** @returns false when the member is of an earlier generation: a zombie */
  commit(member: GroupMember, generation: number, partition: number, offset: number): boolean {
    if (generation !== this.generation || !this.members.has(member)) return false;
    this.committed[partition] = offset;
    return true;
  }

  private rebalance(): void {
    this.generation += 1;
    const { generation } = this;
    const members = [...this.members];
    // Who is in the group takes part in dealing out, and so lets go of what it had.
    for (const member of members) member.revoke();
    const { scheduler, random } = this.broker.world;
    const delayMs = random.between(...JOIN_MS);
    members.forEach((member, index) => {
      const mine = this.partitions
        .map((_, partition) => partition)
        .filter((partition) => partition % members.length === index);
      scheduler.after(delayMs, member.actor, () => {
        if (generation === this.generation) member.assign(mine, generation);
      });
    });
  }
}
