import { hostname } from 'node:os';
import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { MigrationInterface } from 'typeorm';
import { HEALTH_PARTS } from '#platform';
import { systemClock } from './clock.js';
import { openDatabase } from './database-connect.js';
import { Database } from './database.js';
import { SampledLog } from './event-fields.js';
import type { ReceivedEvent } from './event.js';
import { databaseHealth, kafkaHealth } from './health.js';
import { KafkaClient } from './kafka/client.js';
import type { ConsumerTuning } from './kafka/consumer-options.js';
import type { KafkaOptions } from './kafka/options.js';
import { KafkaPublisher } from './kafka/producer.js';
import type { MessagingLog } from './log.js';
import { countTrouble, observeBatch, observeHandled, observePublished } from './metrics.js';
import { Outbox } from './outbox/outbox.js';
import { OUTBOX_TABLE } from './outbox/partitions.js';
import { PostgresOutboxStorage } from './outbox/postgres-storage.js';
import { PartitionUpkeep } from './partition-upkeep.js';
import type { PartitionedTable } from './partitions.js';
import type { MessagingSettings } from './settings.js';
import { BatchTransport } from './transport/strategy.js';
import { watchParts } from './watched-parts.js';

export interface MessagingOptions {
  /** Name of the service: consumer group, application name, writer of outbox rows. */
  readonly service: string;
  readonly settings: MessagingSettings;
  /** In their order; each class name ends with its 13-digit time stamp, as TypeORM wants it. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** The service's own tables that are partitioned by day; the outbox is added by itself. */
  readonly partitionedTables?: readonly PartitionedTable[];
  /** TypeORM entity classes, for services that use repositories. */
  readonly entities?: readonly (abstract new (...args: never[]) => object)[];
  /** A pino logger, for example. Default: Nest's. */
  readonly log?: MessagingLog;
  readonly tuning?: ConsumerTuning;
}

const PUBLISHER = Symbol('publisher');
const STOP_WATCHING = Symbol('stop-watching');

/**
 * Global; provides Database (migrated, with its partitions), Outbox, KafkaClient, BatchTransport and
 * HEALTH_PARTS (`database`, `kafka`). Waits for the database, not for the broker.
 */
@Module({})
export class MessagingModule implements OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly upkeep: PartitionUpkeep,
    private readonly kafka: KafkaClient,
    @Inject(PUBLISHER) private readonly publisher: KafkaPublisher,
    @Inject(STOP_WATCHING) private readonly stopWatching: () => void,
  ) {}

  static forRoot(options: MessagingOptions): DynamicModule {
    return {
      module: MessagingModule,
      global: true,
      providers: [...databaseProviders(options), ...kafkaProviders(options)],
      exports: [Database, Outbox, KafkaClient, BatchTransport, HEALTH_PARTS],
    };
  }

  /** By now the transport and the HTTP server are closed, so nobody begins anything new. */
  async onApplicationShutdown(): Promise<void> {
    this.stopWatching();
    await this.outbox.stop();
    await this.upkeep.stop();
    await this.publisher.close();
    await this.kafka.close();
    await this.database.close();
  }
}

function handledBy({ settings, log = nestLog }: MessagingOptions) {
  const sampled = new SampledLog(log, settings.LOG_SAMPLE_EVERY ?? 0);
  return (events: readonly ReceivedEvent[], processingMs: number): void => {
    observeHandled(events, processingMs);
    sampled.handled(events);
  };
}

const databaseProviders = (options: MessagingOptions) => {
  const log = options.log ?? nestLog;
  const { DATABASE_URL: url, DATABASE_POOL_SIZE: poolSize } = options.settings;
  return [
    {
      provide: Database,
      useFactory: () =>
        openDatabase({
          url,
          poolSize,
          applicationName: options.service,
          migrations: options.migrations,
          entities: options.entities ?? [],
          log,
        }),
    },
    {
      provide: PartitionUpkeep,
      inject: [Database],
      useFactory: async (database: Database) => {
        const storage = new PostgresOutboxStorage(database);
        const upkeep = new PartitionUpkeep([OUTBOX_TABLE, ...(options.partitionedTables ?? [])], {
          database,
          clock: systemClock,
          log,
          alsoDo: () => storage.forgetDrained(),
        });
        await upkeep.start();
        return upkeep;
      },
    },
  ];
};

const kafkaProviders = (options: MessagingOptions) => {
  const log = options.log ?? nestLog;
  const kafka: KafkaOptions = {
    brokers: options.settings.KAFKA_BROKERS,
    topicPrefix: options.settings.TOPIC_PREFIX,
    clientId: options.service,
    log,
  };
  return [
    { provide: PUBLISHER, useFactory: () => new KafkaPublisher(kafka) },
    { provide: KafkaClient, useFactory: () => new KafkaClient(kafka) },
    {
      provide: Outbox,
      // After the upkeep: its first insert needs a partition.
      inject: [Database, PUBLISHER, PartitionUpkeep],
      useFactory: (database: Database, broker: KafkaPublisher) => {
        const owner = `${options.service}@${hostname()}:${process.pid}`;
        const storage = new PostgresOutboxStorage(database);
        const outbox = new Outbox({ owner, storage, broker, log, observe: observePublished });
        outbox.start();
        return outbox;
      },
    },
    {
      provide: STOP_WATCHING,
      inject: [Database, Outbox, BatchTransport, KafkaClient],
      useFactory: (
        database: Database,
        outbox: Outbox,
        transport: BatchTransport,
        client: KafkaClient,
      ) => watchParts({ database, outbox, transport, client }),
    },
    {
      provide: BatchTransport,
      inject: [Outbox, KafkaClient],
      useFactory: (outbox: Outbox, client: KafkaClient) =>
        new BatchTransport({
          kafka,
          group: options.service,
          outbox,
          ping: () => client.ping(),
          tuning: options.tuning,
          count: countTrouble,
          handled: handledBy(options),
          observe: observeBatch,
        }),
    },
    {
      provide: HEALTH_PARTS,
      inject: [Database, KafkaClient, BatchTransport, Outbox],
      useFactory: (
        database: Database,
        client: KafkaClient,
        transport: BatchTransport,
        outbox: Outbox,
      ) => [databaseHealth(database), kafkaHealth(client, transport, outbox)],
    },
  ];
};

const nest = new Logger('messaging');
const nestLog: MessagingLog = {
  debug: (fields, message) => nest.debug(withFields(fields, message)),
  info: (fields, message) => nest.log(withFields(fields, message)),
  warn: (fields, message) => nest.warn(withFields(fields, message)),
  error: (fields, message) => nest.error(withFields(fields, message)),
};

const withFields = (fields: object, message: string): string => {
  const shown = Object.entries(fields).map(([name, value]) =>
    value instanceof Error ? `${name}=${value.message}` : `${name}=${JSON.stringify(value)}`,
  );
  return [message, ...shown].join(' ');
};
