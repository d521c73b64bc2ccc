import { startKafka } from './kafka/kafka.js';
import type { KafkaKind, KafkaServer } from './kafka/kafka-server.js';
import { startPostgres, type PostgresServer } from './postgres/postgres.js';

/** Set by the test runner, which starts one Postgres and one Kafka for all test files. */
export const TEST_ENVIRONMENT = {
  databaseUrl: 'TEST_DATABASE_URL',
  brokers: 'TEST_KAFKA_BROKERS',
  /** `container` or `local`: also chooses what a test starts for itself. */
  kafkaKind: 'TEST_KAFKA_KIND',
} as const;

/** The runner's Postgres, or one of this test file's own. */
export function testPostgres(): Promise<PostgresServer> {
  const url = process.env[TEST_ENVIRONMENT.databaseUrl];
  return url ? startPostgres({ url }) : ownPostgres();
}

/** For tests that take the server away. */
export const ownPostgres = (): Promise<PostgresServer> => startPostgres({ fsync: false });

/** The runner's Kafka, or one of this test file's own. */
export function testKafka(): Promise<KafkaServer> {
  const brokers = process.env[TEST_ENVIRONMENT.brokers];
  return brokers ? startKafka({ brokers }) : ownKafka();
}

/** For tests that take the broker away; of the kind the runner uses. */
export function ownKafka(): Promise<KafkaServer> {
  const kind = process.env[TEST_ENVIRONMENT.kafkaKind] as KafkaKind | undefined;
  return startKafka({ mode: kind === 'container' || kind === 'local' ? kind : 'auto' });
}
