/** A consumer's place in its group: how it joins, stays and leaves, and what it commits. */
import type { ConsumerPort, KafkaPort } from '#messaging';
import { accepted, BrokerError, errorOf, UNREACHABLE, type Connection } from './connection.js';
import type { ConsumerGroup, Membership } from './group.js';

export type ConsumerConfig = Parameters<KafkaPort['consumer']>[0];
type Offsets = Parameters<ConsumerPort['commitOffsets']>[0];

/** As `GroupConsumer` asks for it. */
export const RETRIES = 8;
const BEATEN = Promise.resolve();
const COMMIT_LOST = new BrokerError('the offset was not committed');

export class Member {
  private id: string | undefined;
  private generation = 0;
  private beatenMs = -Infinity;

  constructor(
    private readonly connection: Connection,
    readonly group: ConsumerGroup,
    private readonly config: ConsumerConfig,
    private readonly onBeat: () => void,
    /** The next heartbeat is due sooner. */
    private readonly onDue: () => void,
  ) {
    this.showCoordinator();
  }

  /** Resolves when all members of the group have joined. @param refusal why it has to */
  async join(refusal?: unknown): Promise<Membership> {
    if (isUnknown(refusal)) this.id = undefined;
    const membership = await this.request().catch((error: unknown) => {
      if (!isUnknown(error)) throw error;
      this.id = undefined;
      return this.request();
    });
    this.id = membership.memberId;
    this.generation = membership.generation;
    return membership;
  }

  /** How long until the next heartbeat is due. */
  get quietMs(): number {
    const { nowMs } = this.connection.world.scheduler;
    const intervalMs = this.config.heartbeatInterval ?? 0;
    const leftMs = this.beatenMs + intervalMs - nowMs;
    return leftMs > 0 ? leftMs : intervalMs;
  }

  readonly heartbeat = (): Promise<void> => {
    const { id, connection, group, config } = this;
    const { nowMs } = connection.world.scheduler;
    // Without an id nobody is left to beat for, and nobody joins: so it is in kafkajs, too.
    if (id === undefined || nowMs < this.beatenMs + (config.heartbeatInterval ?? 0)) return BEATEN;
    if (connection.broker.isAway) return Promise.reject(UNREACHABLE);
    const refusal = group.heartbeat(id, this.generation);
    if (refusal) return Promise.reject(errorOf(refusal));
    this.beatenMs = nowMs;
    this.onBeat();
    return BEATEN;
  };

  commit(offsets: Offsets): Promise<void> {
    const { connection, group, generation, id = '' } = this;
    return connection.request(RETRIES, () => {
      for (const { topic, partition, offset } of offsets) {
        if (connection.world.faults.strikes('offset-commit-lost', `${topic}/${partition}`)) {
          throw COMMIT_LOST;
        }
        const refusal = group.commit(id, generation, partition, Number(offset));
        if (refusal) connection.world.met('offset of a zombie refused');
        accepted(refusal);
      }
    });
  }

  async leave(): Promise<void> {
    const { id, connection, group } = this;
    this.id = undefined;
    if (id !== undefined) await connection.request(0, () => group.leave(id)).catch(() => undefined);
  }

  private request(): Promise<Membership> {
    const { connection, group, config } = this;
    const { sessionTimeout: sessionMs = 0, rebalanceTimeout: rebalanceMs = 0 } = config;
    return new Promise((joined, reject) => {
      const unanswered = (): void => reject(UNREACHABLE);
      const { actor } = connection;
      const beat = (): void => {
        this.beatenMs = -Infinity;
        this.onDue();
      };
      const request = {
        actor,
        memberId: this.id,
        sessionMs,
        rebalanceMs,
        joined,
        beat,
        unanswered,
      };
      connection.request(RETRIES, () => accepted(group.join(request))).catch(reject);
    });
  }

  /** The way to the coordinator that kafkajs offers: whoever assigns partitions sees the cluster. */
  private showCoordinator(): void {
    const { connection, group, config } = this;
    const leaveGroup = ({ memberId }: { readonly memberId: string }): Promise<void> =>
      connection.request(0, () => accepted(group.leave(memberId)));
    const cluster = { findGroupCoordinator: () => Promise.resolve({ leaveGroup }) };
    for (const assigner of config.partitionAssigners ?? []) {
      assigner({ cluster, groupId: config.groupId } as unknown as Parameters<typeof assigner>[0]);
    }
  }
}

const isUnknown = (error: unknown): boolean =>
  error instanceof BrokerError && error.type === 'UNKNOWN_MEMBER_ID';
