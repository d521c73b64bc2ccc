import { PartitionAssigners, type Broker, type Cluster, type PartitionAssigner } from 'kafkajs';
import { sleep, type Clock } from '../clock.js';

/** What the types of kafkajs leave out. */
interface Coordinator extends Broker {
  leaveGroup(request: { groupId: string; memberId: string }): Promise<void>;
}

const ATTEMPTS = 20;
const BETWEEN_MS = 250;

/**
 * Takes a group member's former self out of the group. After an outage kafkajs joins as a new member,
 * and the group would wait for the old one until its session has expired. The only way to the
 * coordinator that kafkajs offers is the cluster it gives to partition assigners.
 */
export class FormerMember {
  #memberId: string | undefined;
  #cluster: Cluster | undefined;

  constructor(
    private readonly groupId: string,
    private readonly clock: Clock,
  ) {}

  /** Assigns as kafkajs does by default, and remembers the way to the coordinator. */
  readonly assigner: PartitionAssigner = (config) => {
    this.#cluster = config.cluster;
    return PartitionAssigners.roundRobin(config);
  };

  /** From now on this is who we are. */
  joinedAs(memberId: string): void {
    this.#memberId = memberId;
  }

  /** It has left by itself. */
  forget(): void {
    this.#memberId = undefined;
  }

  /** For a connected consumer that has not joined yet. Never rejects: without it, it takes longer. */
  async leave(isWanted: () => boolean): Promise<void> {
    const memberId = this.#memberId;
    const cluster = this.#cluster;
    this.forget();
    if (memberId === undefined || cluster === undefined) return;
    for (let attempt = 1; attempt <= ATTEMPTS && isWanted(); attempt += 1) {
      try {
        const found = await cluster.findGroupCoordinator({ groupId: this.groupId });
        const coordinator = found as Coordinator;
        await coordinator.leaveGroup({ groupId: this.groupId, memberId });
        return;
      } catch (error) {
        if ((error as { type?: string }).type === 'UNKNOWN_MEMBER_ID') return;
        // Right after its start the coordinator has to load its groups.
        await sleep(this.clock, BETWEEN_MS);
      }
    }
  }
}
