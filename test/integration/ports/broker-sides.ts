/**
 * The two sides that the contract of the broker and its client is held against: Kafka through
 * kafkajs as production configures it, and the simulator's broker through the simulator's client.
 */
import { createKafka, KafkaClient, type KafkaPort } from '#messaging';
import { deleteTopics, testId, testKafka } from '#testing';
import { SimBroker } from '../../../tools/simulate/broker/broker.js';
import { SimKafka } from '../../../tools/simulate/broker/client.js';
import { ConsumerGroup } from '../../../tools/simulate/broker/group.js';
import { newActor } from '../../../tools/simulate/world/scheduler.js';
import { silent } from '../participant-harness.js';
import { newWorld } from './sides.js';

export interface BrokerSide {
  /** A process with a client of its own. */
  client(): KafkaPort;
  newTopic(partitions: number): Promise<string>;
  /** A group that nobody has been in, for one topic. */
  newGroup(topic: string): string;
  close(): Promise<void>;
}

/** A server that has just been started has its first group's coordinator still to make. */
const PATIENT = {
  retries: 20,
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  factor: 0.2,
  multiplier: 2,
};

async function openKafka(): Promise<BrokerSide> {
  const server = await testKafka();
  const topicPrefix = `${testId()}.`;
  const options = { brokers: [server.brokers], clientId: 'ports-test', topicPrefix, log: silent };
  const tools = new KafkaClient(options);
  let count = 0;
  const newName = (kind: string): string => `${kind}-${(count += 1)}`;
  return {
    client: () => createKafka(options, PATIENT),
    newTopic: async (partitions) => {
      const name = newName('topic');
      await tools.ensureTopics({ [name]: { partitions, retentionMs: 3_600_000 } });
      return topicPrefix + name;
    },
    newGroup: () => topicPrefix + newName('group'),
    close: async () => {
      await tools.close();
      await deleteTopics(server.brokers, topicPrefix);
      await server.stop();
    },
  };
}

function openSimulated(): Promise<BrokerSide> {
  const world = newWorld();
  const partitions = new Map<string, number>();
  const groups = new Map<string, ConsumerGroup>();
  const broker = new SimBroker(world, (topic) => partitions.get(topic) ?? 0);
  let isOpen = true;
  const startedMs = performance.now();
  // Virtual time keeps pace with the machine's: here members beat for ever.
  const running = (async () => {
    while (isOpen) {
      await world.scheduler.run(performance.now() - startedMs);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  const groupOf = (id: string): ConsumerGroup => {
    const group = groups.get(id);
    if (!group) throw new Error(`nobody has made the group ${id}`);
    return group;
  };
  let processes = 0;
  return Promise.resolve({
    client: () => {
      processes += 1;
      const actor = newActor(`process-${processes}`);
      return new SimKafka({ broker, groupOf, actor, maxBatch: 10 });
    },
    newTopic: (count) => {
      const name = `topic-${partitions.size + 1}`;
      partitions.set(name, count);
      return Promise.resolve(name);
    },
    newGroup: (topic) => {
      const id = `group-${groups.size + 1}`;
      groups.set(id, new ConsumerGroup(broker, topic));
      return id;
    },
    close: async () => {
      isOpen = false;
      await running;
    },
  } satisfies BrokerSide);
}

export const BROKER_SIDES: readonly (readonly [string, () => Promise<BrokerSide>])[] = [
  ['Kafka', openKafka],
  ['the simulator', openSimulated],
];
