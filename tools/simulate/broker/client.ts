/** One process's client of the simulated broker, in the place of kafkajs. */
import type { ConnectKafka, KafkaPort } from '#messaging';
import type { Actor } from '../world/scheduler.js';
import type { SimBroker } from './broker.js';
import { SimConsumer } from './consumer.js';
import { Connection } from './connection.js';
import type { ConsumerGroup } from './group.js';
import { SimProducer } from './producer.js';

export interface SimKafkaParts {
  readonly broker: SimBroker;
  readonly groupOf: (groupId: string) => ConsumerGroup;
  readonly actor: Actor;
  /** Most messages that one fetch brings of one partition. */
  readonly maxBatch: number;
}

export class SimKafka implements KafkaPort {
  private readonly connection: Connection;

  constructor(private readonly parts: SimKafkaParts) {
    this.connection = new Connection(parts.broker, parts.actor);
  }

  readonly connect: ConnectKafka = () => this;

  consumer(config: Parameters<KafkaPort['consumer']>[0]): SimConsumer {
    const { groupOf, maxBatch } = this.parts;
    return new SimConsumer(this.connection, groupOf(config.groupId), config, maxBatch);
  }

  producer(): SimProducer {
    return new SimProducer(this.connection);
  }

  /** Rejects when no broker answers. */
  ping(): Promise<void> {
    return this.connection.request(0, () => undefined);
  }
}
