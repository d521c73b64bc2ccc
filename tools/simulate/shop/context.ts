import {
  BatchGatherer,
  BatchRunner,
  GroupConsumer,
  KafkaPublisher,
  Outbox,
  RetryableError,
  systemClock,
  type BatchRunnerPorts,
  type ConsumerTuning,
  type KafkaOptions,
  type MessagingLog,
  type TopicHandlers,
} from '#messaging';
import type { ConsumerGroup } from '../broker/group.js';
import type { SimBroker } from '../broker/broker.js';
import { SimKafka } from '../broker/client.js';
import type { SimConnection, SimDatabase } from '../database/database.js';
import { SimOutboxStorage, type OutboxTables } from '../stores/outbox-storage.js';
import type { Plan } from '../plan.js';
import type { Actor } from '../world/scheduler.js';
import type { World } from '../world/world.js';

/** What all replicas of one service have in common. */
export interface ServiceParts {
  readonly world: World;
  readonly plan: Plan;
  readonly broker: SimBroker;
  readonly database: SimDatabase;
  readonly outboxTables: OutboxTables;
  /** Of its commands. */
  readonly group: ConsumerGroup;
  /** Of the facts of others that it follows. */
  readonly facts: readonly ConsumerGroup[];
}

/** Here each group reads one topic and is called by its name. */
const groupOf = ({ group, facts }: ServiceParts, topic: string): ConsumerGroup =>
  facts.find((one) => one.topic === topic) ?? group;

/** What the production code logs on occasions that must have happened in some world. */
const SITUATIONS: Readonly<Record<string, string>> = {
  'publishing for a writer that is gone': 'relay took over a dead writer',
  'the outbox goes on with a new epoch': 'writer went on with a new epoch',
  'a batch is tried again': 'batch tried again',
  'a batch fails again and again, its partition is paused': 'partition paused',
  'a lease was lost; the outcome was discarded': 'effect lease lost',
  'a parked command is given up': 'parked command given up',
  'a parked command failed again': 'parked command failed again',
  'a notice is undeliverable': 'notice undeliverable',
};

/** Heartbeats are rare, because each is an event. */
const TUNING: ConsumerTuning = {
  sessionTimeoutMs: 6_000,
  rebalanceTimeoutMs: 9_000,
  heartbeatMs: 3_000,
  maxWaitMs: 500,
  minBytes: 1,
  concurrentPartitions: 100,
  maxBytesPerPartition: 512 * 1024,
};

/** One life of one replica: its process, from start to crash. */
export class Life {
  readonly connection: SimConnection;
  readonly outbox: Outbox;
  readonly log: MessagingLog;
  private readonly client: SimKafka;
  private readonly kafka: KafkaOptions;

  constructor(
    readonly parts: ServiceParts,
    readonly actor: Actor,
  ) {
    const { world, plan, database, broker, outboxTables } = parts;
    const { leaseMs, outboxMessages, maxBatch } = plan.shape;
    this.connection = database.connect(actor);
    this.log = world.log(SITUATIONS);
    this.kafka = { brokers: [], clientId: actor.name, topicPrefix: '', log: this.log };
    this.client = new SimKafka({
      broker,
      groupOf: (topic) => groupOf(parts, topic),
      actor,
      maxBatch,
    });
    this.outbox = new Outbox({
      owner: actor.name,
      storage: new SimOutboxStorage(this.connection, outboxTables),
      broker: new KafkaPublisher(this.kafka, this.client.connect),
      log: this.log,
      times: { leaseMs, flushMs: 1_000 },
      limits: { maxMessages: outboxMessages, maxBytes: 64_000_000, readBackRows: 50 },
    });
    this.outbox.start();
  }

  /** Begins to read the service's commands, or facts that it follows. */
  consume(handlers: TopicHandlers, topic: string = this.parts.group.topic): void {
    const { world } = this.parts;
    const group = groupOf(this.parts, topic);
    const { outbox, log, kafka, client } = this;
    const watched: BatchRunnerPorts['outbox'] = {
      transaction: (work) =>
        outbox.transaction(work).catch((error: unknown) => {
          this.observeRefusal(error);
          throw error;
        }),
    };
    const runner = new BatchRunner({ outbox: watched, clock: systemClock, log });
    const gatherer = new BatchGatherer(runner);
    const batch: TopicHandlers['batch'] = async (events, unit) => {
      try {
        await handlers.batch(events, unit);
      } catch (error) {
        this.observeFailure(error, events.events.length);
        throw error;
      }
    };
    const observed: TopicHandlers = { ...handlers, batch };
    const consumer = new GroupConsumer({
      kafka,
      group: group.topic,
      topics: [group.topic],
      clock: systemClock,
      connect: client.connect,
      tuning: TUNING,
      ping: () => client.ping(),
      handle: (messages, control) => gatherer.run(messages, observed, control),
    });
    consumer.start();
    world.note('consuming');
  }

  /** Of a transaction. */
  private observeRefusal(error: unknown): void {
    const { world, group } = this.parts;
    if (!this.actor.isAlive || !(error instanceof RetryableError)) return;
    const { message } = error;
    if (/moved by another replica|handled some of these commands/.test(message)) {
      world.met(group.has(this.actor) ? 'second writer refused' : 'zombie writer refused');
    }
    if (message.includes('not known to this replica')) world.met('version unknown to a replica');
  }

  /** Of a handler, with so many events. */
  private observeFailure(error: unknown, events: number): void {
    if (!this.actor.isAlive || !(error instanceof Error)) return;
    if ('code' in error && error.code === '22P05' && events > 1) {
      this.parts.world.met('batch bisected');
    }
  }
}
