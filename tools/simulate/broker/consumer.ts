/**
 * One process's consumer, as kafkajs is one: it fetches from all its partitions, waits until all that
 * it got is handled, and fetches again; in between it heartbeats. Refused by its group it joins anew;
 * after too many other failures it gives up for good.
 */
import type { ConsumerPort, ConsumerRun } from '#messaging';
import type { Partition } from './broker.js';
import { BrokerError, UNREACHABLE, type Connection } from './connection.js';
import type { ConsumerGroup } from './group.js';
import { Listeners } from './listeners.js';
import { Member, RETRIES, type ConsumerConfig } from './member.js';

type Partitions = Parameters<ConsumerPort['pause']>[0];

/** One partition for as long as this consumer believes to have it. */
interface Share {
  readonly partition: number;
  readonly source: Partition;
  position: number;
}

export class SimConsumer implements ConsumerPort {
  private readonly listeners = new Listeners();
  readonly events = this.listeners.events;
  readonly on = this.listeners.on;
  private readonly member: Member;
  private readonly paused = new Set<number>();
  private shares: readonly Share[] = [];
  private handler: ConsumerRun['eachBatch'] = () => Promise.resolve();
  private underWay: Promise<unknown> = Promise.resolve();
  private isStopped = false;
  /** There is nothing to be fetched. */
  private isIdle = false;
  private isIdleTimed = false;
  private failures = 0;

  constructor(
    private readonly connection: Connection,
    private readonly group: ConsumerGroup,
    config: ConsumerConfig,
    /** Most messages that one fetch brings of one partition. */
    private readonly maxBatch: number,
  ) {
    const onBeat = (): void => this.listeners.emit('HEARTBEAT');
    this.member = new Member(connection, group, config, onBeat, () => this.endIdling());
  }

  connect(): Promise<void> {
    return this.connection.request(RETRIES, () => undefined);
  }

  /** To the one topic that the group is about. */
  subscribe(): Promise<void> {
    return Promise.resolve();
  }

  async run({ eachBatch }: ConsumerRun): Promise<void> {
    this.handler = eachBatch;
    try {
      await this.join();
    } catch (error) {
      return this.crash(error);
    }
    this.fetch();
  }

  commitOffsets(offsets: Parameters<ConsumerPort['commitOffsets']>[0]): Promise<void> {
    return this.member.commit(offsets);
  }

  pause(partitions: Partitions): void {
    for (const partition of partitionsOf(partitions)) this.paused.add(partition);
  }

  resume(partitions: Partitions): void {
    for (const partition of partitionsOf(partitions)) this.paused.delete(partition);
    this.wake();
  }

  /** Waits for what is being handled, and leaves the group where it can. */
  async disconnect(): Promise<void> {
    this.stop();
    await this.underWay;
    await this.member.leave();
  }

  private get isRunning(): boolean {
    return !this.isStopped && this.connection.actor.isAlive;
  }

  private async join(refusal?: unknown): Promise<void> {
    const { memberId, partitions } = await this.member.join(refusal);
    if (!this.isRunning) return;
    const { topic, committed, partitions: sources } = this.group;
    this.failures = 0;
    this.assign(
      partitions.map((partition) => ({
        partition,
        source: sources[partition] as Partition,
        position: committed[partition] ?? 0,
      })),
    );
    const payload = { memberId, memberAssignment: { [topic]: partitions } };
    this.listeners.emit('GROUP_JOIN', { payload });
  }

  private assign(shares: readonly Share[]): void {
    for (const { source } of this.shares) source.readers.delete(this.wake);
    this.shares = shares;
    for (const { source } of shares) source.readers.add(this.wake);
  }

  /** There may be something that was not there before. */
  private readonly wake = (): void => {
    if (!this.isRunning) this.assign([]);
    else if (this.isIdle) this.fetch();
  };

  private fetch(): void {
    const { connection, isRunning } = this;
    if (!isRunning) return;
    this.isIdle = !this.shares.some((share) => this.hasNews(share));
    if (this.isIdle) return this.idle();
    const { scheduler, delays } = connection.world;
    scheduler.after(delays.broker(), connection.actor, () => this.receive());
  }

  private hasNews({ partition, source, position }: Share): boolean {
    return position < source.log.length && !this.paused.has(partition);
  }

  /** A fetch that finds nothing ends when a heartbeat is due, and not after `maxWaitTimeInMs`. */
  private idle(): void {
    if (this.isIdleTimed) return;
    this.isIdleTimed = true;
    const { connection, member } = this;
    connection.world.scheduler.after(member.quietMs, connection.actor, () => {
      this.isIdleTimed = false;
      this.endIdling();
    });
  }

  private endIdling(): void {
    if (!this.isIdle || !this.isRunning) return;
    this.isIdle = false;
    this.underWay = this.member.heartbeat().then(
      () => this.fetch(),
      (error: unknown) => this.recover(error),
    );
  }

  private receive(): void {
    if (!this.isRunning) return;
    if (this.connection.broker.isAway) {
      this.underWay = this.recover(UNREACHABLE);
      return;
    }
    const handled = this.shares
      .filter((share) => this.hasNews(share))
      .map((share) => this.handle(share));
    this.underWay = all(handled).then(
      () => this.fetch(),
      (error: unknown) => this.recover(error),
    );
  }

  private async handle(share: Share): Promise<void> {
    const { group, maxBatch, connection, member } = this;
    const { world } = connection;
    const { topic } = group;
    const { partition, source } = share;
    if (share.position > 0 && world.faults.strikes('redelivery', `${topic}/${partition}`)) {
      share.position = Math.max(0, share.position - world.random.whole(1, 5));
    }
    const from = share.position;
    const messages = source.log.slice(from, from + world.random.whole(1, maxBatch));
    world.note(`fetched ${topic}/${partition} ${from}+${messages.length}`);
    await this.handler({
      batch: {
        topic,
        partition,
        messages,
      },
      resolveOffset: (offset) => {
        share.position = Number(offset) + 1;
      },
      heartbeat: member.heartbeat,
      isRunning: () => this.isRunning,
      isStale: () => false,
    });
    await member.heartbeat();
  }

  private async recover(error: unknown): Promise<void> {
    if (!this.isRunning) return;
    try {
      if (!(error instanceof BrokerError) || error.type === undefined) throw error;
      await this.join(error);
    } catch (failure) {
      this.failures += 1;
      if (this.failures > RETRIES) return this.crash(failure);
      await this.connection.backOff(this.failures);
    }
    this.fetch();
  }

  private stop(): void {
    this.isStopped = true;
    this.assign([]);
  }

  private async crash(error: unknown): Promise<void> {
    this.stop();
    await this.member.leave();
    this.listeners.emit('CRASH', { payload: { error } });
  }
}

/** Waits for all of them also when one is rejected; most often there is only one. */
async function all(promises: readonly Promise<void>[]): Promise<void> {
  if (promises.length > 1) await Promise.allSettled(promises);
  for (const promise of promises) await promise;
}

const partitionsOf = (topics: Partitions): number[] =>
  topics.flatMap(({ partitions }) => partitions ?? []);
