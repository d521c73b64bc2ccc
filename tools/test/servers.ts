import {
  startKafka,
  startPostgres,
  TEST_ENVIRONMENT,
  type KafkaServer,
  type PostgresServer,
} from '#testing';

export interface TestServers {
  readonly env: Record<string, string>;
  stop(): Promise<void>;
}

/**
 * One Postgres and one Kafka for all test files: given ones (TEST_DATABASE_URL,
 * TEST_KAFKA_BROKERS), else our own.
 */
export async function startTestServers(env: NodeJS.ProcessEnv = process.env): Promise<TestServers> {
  const url = env[TEST_ENVIRONMENT.databaseUrl];
  const brokers = env[TEST_ENVIRONMENT.brokers];
  const wanted = env['TEST_KAFKA'];
  const outcomes = await Promise.allSettled([
    startPostgres(url ? { url } : { fsync: false }),
    startKafka({
      ...(brokers ? { brokers } : {}),
      mode: wanted === 'container' || wanted === 'local' ? wanted : 'auto',
      onNote: warnLoudly,
    }),
  ]);
  const stop = async () => {
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') await outcome.value.stop();
    }
  };
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const [postgres, kafka] = outcomes.map(
    (outcome) => (outcome as PromiseFulfilledResult<unknown>).value,
  ) as [PostgresServer, KafkaServer];
  console.log(`Kafka for the tests: ${kafka.description}, ${kafka.brokers}`);
  return {
    env: {
      [TEST_ENVIRONMENT.databaseUrl]: postgres.url,
      [TEST_ENVIRONMENT.brokers]: kafka.brokers,
      [TEST_ENVIRONMENT.kafkaKind]:
        kafka.kind === 'given' ? (env[TEST_ENVIRONMENT.kafkaKind] ?? 'auto') : kafka.kind,
    },
    stop,
  };
}

function warnLoudly(note: string): void {
  const line = '!'.repeat(100);
  console.log(`${line}\n!!  NOT AGAINST A KAFKA CONTAINER: ${note}.\n${line}`);
}
