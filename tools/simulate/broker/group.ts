/**
 * A consumer group of one topic, as its coordinator keeps it: who has which partition in which
 * generation, and how far the group has read. Members learn of a new generation by their heartbeats.
 * One that was given up learns of it later than the others: until then it is a zombie that goes on
 * with partitions which somebody else has by now.
 */
import type { Actor } from '../world/scheduler.js';
import type { Partition, SimBroker } from './broker.js';

/** Why a request of a member is refused; the names are Kafka's. */
export type Refusal = 'REBALANCE_IN_PROGRESS' | 'ILLEGAL_GENERATION' | 'UNKNOWN_MEMBER_ID';

export interface Membership {
  readonly memberId: string;
  readonly generation: number;
  readonly partitions: readonly number[];
}

/** A request to join, which is answered when all members have joined. */
export interface JoinRequest {
  readonly actor: Actor;
  /** Undefined for somebody new. */
  readonly memberId: string | undefined;
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  readonly joined: (as: Membership) => void;
  /** Its next heartbeat is due now. */
  readonly beat: () => void;
  /** The broker was lost before it answered. */
  readonly unanswered: () => void;
}

interface Member {
  readonly id: string;
  readonly actor: Actor;
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  readonly beat: () => void;
  heardMs: number;
  /** While it waits for the next generation. */
  request: JoinRequest | undefined;
}

/** How long a group waits for more members to join. */
const JOIN_MS = [20, 300] as const;
/**
 * When the members of a group that is being gathered beat at the latest. Otherwise heartbeats are
 * rarer, because each is an event; one that nobody waits for makes no difference.
 */
const BEAT_WITHIN_MS = 1_000;

export class ConsumerGroup {
  generation = 0;
  /** The next offset to read, by partition. */
  readonly committed: number[];
  private readonly members = new Map<string, Member>();
  private count = 0;
  /** While the members of the next generation are being gathered, since when it may begin. */
  private gathering: { readonly earliestMs: number } | undefined;

  constructor(
    readonly broker: SimBroker,
    readonly topic: string,
  ) {
    this.committed = this.partitions.map(() => 0);
    broker.onClosed.push(() => this.closed());
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

  has(actor: Actor): boolean {
    return [...this.members.values()].some((member) => member.actor === actor);
  }

  /** @returns why not */
  join(request: JoinRequest): Refusal | undefined {
    const { memberId } = request;
    if (memberId !== undefined && !this.members.has(memberId)) return 'UNKNOWN_MEMBER_ID';
    const member = this.members.get(memberId ?? '') ?? this.welcome(request);
    member.heardMs = this.nowMs;
    member.request = request;
    this.gather(member.rebalanceMs);
    return undefined;
  }

  heartbeat(memberId: string, generation: number): Refusal | undefined {
    const refusal = this.refusalOf(memberId, generation);
    return refusal ?? (this.gathering ? 'REBALANCE_IN_PROGRESS' : undefined);
  }

  /** While a generation is being gathered, those of the one before may still commit. */
  commit(
    memberId: string,
    generation: number,
    partition: number,
    offset: number,
  ): Refusal | undefined {
    const refusal = this.refusalOf(memberId, generation);
    if (refusal === undefined) this.committed[partition] = offset;
    return refusal;
  }

  /** @returns why not */
  leave(memberId: string): Refusal | undefined {
    const member = this.members.get(memberId);
    if (!member) return 'UNKNOWN_MEMBER_ID';
    this.remove(member);
    return undefined;
  }

  /** Gives up the members of a process, which is not told. */
  expel(actor: Actor): void {
    for (const member of this.members.values()) if (member.actor === actor) this.remove(member);
  }

  private get nowMs(): number {
    return this.broker.world.scheduler.nowMs;
  }

  private refusalOf(memberId: string, generation: number): Refusal | undefined {
    const member = this.members.get(memberId);
    if (!member) return 'UNKNOWN_MEMBER_ID';
    member.heardMs = this.nowMs;
    return generation === this.generation ? undefined : 'ILLEGAL_GENERATION';
  }

  private welcome(request: JoinRequest): Member {
    const { actor, sessionMs, rebalanceMs, beat } = request;
    this.count += 1;
    const id = `${actor.name}#${this.count}`;
    const member = { id, actor, sessionMs, rebalanceMs, beat, heardMs: this.nowMs, request };
    this.members.set(id, member);
    this.watch(member);
    return member;
  }

  /** Gives it up when it has been silent for too long; what waits for an answer is not silent. */
  private watch(member: Member): void {
    const { broker } = this;
    const heardMs = Math.max(member.heardMs, broker.awayUntilMs);
    const leftMs = heardMs + member.sessionMs - this.nowMs;
    broker.world.scheduler.after(leftMs > 0 ? leftMs : member.sessionMs, broker.actor, () => {
      if (this.members.get(member.id) !== member) return;
      const silentMs = this.nowMs - Math.max(member.heardMs, broker.awayUntilMs);
      if (silentMs < member.sessionMs || member.request) return this.watch(member);
      if (member.actor.pausedUntilMs > this.nowMs) {
        broker.world.met('member slept past its session');
      }
      this.remove(member);
    });
  }

  private remove(member: Member): void {
    this.members.delete(member.id);
    this.gather(member.rebalanceMs);
  }

  private gather(longestMs: number): void {
    if (this.gathering) return this.completeIfAll();
    const { scheduler, random } = this.broker.world;
    const leastMs = random.between(...JOIN_MS);
    const gathering = { earliestMs: this.nowMs + leastMs };
    this.gathering = gathering;
    for (const { actor, request, beat } of this.members.values()) {
      if (!request) scheduler.after(random.between(0, BEAT_WITHIN_MS), actor, beat);
    }
    scheduler.after(leastMs, this.broker.actor, () => this.completeIfAll());
    scheduler.after(longestMs, this.broker.actor, () => {
      if (this.gathering === gathering) this.complete();
    });
  }

  private completeIfAll(): void {
    if (!this.gathering || this.nowMs < this.gathering.earliestMs) return;
    for (const { request } of this.members.values()) if (!request) return;
    this.complete();
  }

  /** Those who have not joined by now are out. */
  private complete(): void {
    this.gathering = undefined;
    this.generation += 1;
    const { generation } = this;
    for (const { id, request } of this.members.values()) if (!request) this.members.delete(id);
    const { scheduler, delays } = this.broker.world;
    [...this.members.values()].forEach((member, index, { length }) => {
      const { id: memberId, actor, request } = member;
      const partitions = this.committed.map((_, no) => no).filter((no) => no % length === index);
      member.heardMs = this.nowMs;
      member.request = undefined;
      scheduler.after(delays.answer(), actor, () =>
        request?.joined({ memberId, generation, partitions }),
      );
    });
  }

  private closed(): void {
    const { scheduler, delays } = this.broker.world;
    for (const member of this.members.values()) {
      const { request } = member;
      if (!request) continue;
      member.request = undefined;
      scheduler.after(delays.answer(), member.actor, request.unanswered);
    }
  }
}
