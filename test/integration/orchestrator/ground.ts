/** What orchestrators under test stand on: a fresh database, and their own topics on a real broker. */
import {
  createDatabase,
  createTopics,
  deleteTopics,
  testId,
  testKafka,
  testPostgres,
  type KafkaServer,
  type PostgresServer,
} from '#testing';
import { Closing } from '../messaging/harness.js';

export interface Ground {
  /** Ends all of it, last things first. */
  readonly closing: Closing;
  readonly postgres: PostgresServer;
  readonly kafka: KafkaServer;
  readonly topicPrefix: string;
  readonly databaseUrl: string;
  /** For services that stand on it. */
  readonly env: Readonly<Record<string, string>>;
}

export async function openGround(): Promise<Ground> {
  const closing = new Closing();
  const [postgres, kafka] = await Promise.all([testPostgres(), testKafka()]);
  closing.add(() => postgres.stop());
  closing.add(() => kafka.stop());
  const topicPrefix = `${testId()}.`;
  const own = await createDatabase(postgres, testId());
  closing.add(() => own.drop());
  await createTopics(kafka.brokers, topicPrefix);
  closing.add(() => deleteTopics(kafka.brokers, topicPrefix));
  const env = {
    ...{ PORT: '0', DATABASE_URL: own.url, KAFKA_BROKERS: kafka.brokers },
    TOPIC_PREFIX: topicPrefix,
  };
  return { closing, postgres, kafka, topicPrefix, databaseUrl: own.url, env };
}
