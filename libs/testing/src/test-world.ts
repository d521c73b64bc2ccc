import { randomBytes } from 'node:crypto';
import type { TopicName } from '#contracts';
import type { MessagingLog } from '#messaging';
import type { AccessRole } from '#platform';
import { createTopics, deleteTopics } from './kafka/kafka-admin.js';
import type { KafkaServer } from './kafka/kafka-server.js';
import { dataFolder } from './paths.js';
import { makeAdminKey } from './admin-key.js';
import { freePort } from './ports.js';
import { createDatabase, type TestDatabase } from './postgres/databases.js';
import { startPostgres, type PostgresServer } from './postgres/postgres.js';
import { READER_NICENESS, spawnService, type ServiceProcess } from './process/service-process.js';
import {
  SAGA_SERVICE_NAMES,
  appSpec,
  apps,
  isReader,
  isService,
  type AppName,
  type ServiceName,
  type Surroundings,
} from './services.js';
import { ownKafka, ownPostgres, testKafka, testPostgres } from './shared-servers.js';
import { testId } from './test-id.js';

const AN_HOUR_MS = 3_600_000;
const nothing = (): void => undefined;
const SILENT: MessagingLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** All that an order passes on its way when nobody asks for more: each process costs each test file. */
export const ORDERS_WAY: readonly AppName[] = [
  ...SAGA_SERVICE_NAMES,
  ...(['sandbox-payment', 'sandbox-carrier', 'sandbox-mail'] as const),
];

export interface TestWorldOptions {
  /** What to start; default: `ORDERS_WAY`. Databases and topics are always there for all. */
  apps?: readonly AppName[];
  /** Further settings by app, for example `{orchestrator: {STEP_TIMEOUT_MS: '500'}}`. */
  env?: Partial<Record<AppName, Record<string, string>>>;
  /** `own`: a broker that this test may take away. Default `shared`. */
  kafka?: 'shared' | 'own';
  /** `durable`: one of its own, with fsync, for what is measured. */
  postgres?: 'shared' | 'own' | 'durable';
  /** Readers leave the processors to what orders pass, as in the development stack. */
  readersStandBack?: boolean;
}

/**
 * The whole system, or a part of it, for one test file: its own databases, topics (by prefix),
 * ports, services and sandboxes. `await using` or stop() takes everything down again.
 */
export class TestWorld {
  /** Also the prefix of topics, groups and databases. */
  readonly id = testId();
  readonly topicPrefix = `${this.id}.`;
  readonly logDir = dataFolder('test-logs', this.id);
  private readonly databases = new Map<ServiceName, TestDatabase>();
  private readonly ports = new Map<string, number>();
  private readonly processes = new Map<string, ServiceProcess>();
  private readonly adminKeys = new Map<AccessRole, string>();
  private readonly paymentTokenKey = randomBytes(32).toString('base64');

  private constructor(
    readonly postgres: PostgresServer,
    readonly kafka: KafkaServer,
    private readonly options: TestWorldOptions,
  ) {}

  static async start(options: TestWorldOptions = {}): Promise<TestWorld> {
    const [postgres, kafka] = await startBoth(
      postgresOf(options.postgres),
      options.kafka === 'own' ? ownKafka() : testKafka(),
    );
    const world = new TestWorld(postgres, kafka, options);
    try {
      await world.prepare();
      await world.startApps(options.apps ?? ORDERS_WAY);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  private async prepare(): Promise<void> {
    for (const { name, extraPorts } of apps) {
      this.ports.set(name, await freePort());
      for (const variable of Object.keys(extraPorts)) {
        this.ports.set(`${name}/${variable}`, await freePort());
      }
    }
    await Promise.all([
      createTopics(this.kafka.brokers, this.topicPrefix),
      ...apps.map(async ({ name }) => {
        if (!isService(name)) return;
        const database = await createDatabase(this.postgres, `${this.id}_${name}`);
        this.databases.set(name, database);
      }),
    ]);
  }

  private async startApps(names: readonly AppName[]): Promise<void> {
    const outcomes = await Promise.allSettled(names.map((name) => this.startApp(name)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /**
   * Starts an app that does not run, on the port it always has in this world; `env` comes on top
   * of its settings. `replica` names a further instance, which gets a port of its own.
   */
  async startApp(
    name: AppName,
    { env = {}, replica }: { env?: Record<string, string>; replica?: string } = {},
  ): Promise<ServiceProcess> {
    const id = replica === undefined ? name : `${name}#${replica}`;
    if (this.processes.get(id)?.ended === undefined && this.processes.has(id)) {
      throw new Error(`${id} runs already.`);
    }
    const started = await spawnService({
      name,
      port: replica === undefined ? this.port(name) : await freePort(),
      env: { ...this.settings(name), ...this.options.env?.[name], ...env },
      logFile: `${this.logDir}/${id}.log`,
      ...(this.options.readersStandBack && isReader(name) && { niceness: READER_NICENESS }),
    });
    this.processes.set(id, started);
    return started;
  }

  /** A key of the orchestrator's admin API, which has been started: the same one for all of a role. */
  async adminKey(role: AccessRole = 'reader'): Promise<string> {
    const known = this.adminKeys.get(role);
    if (known !== undefined) return known;
    const made = await makeAdminKey(this.database('orchestrator').url, role, `test-${role}`);
    this.adminKeys.set(role, made);
    return made;
  }

  /** How many messages of these topics a service has still to read. */
  async unread(service: ServiceName, topics: readonly TopicName[]): Promise<number> {
    const { KafkaClient } = await import('#messaging');
    const kafka = new KafkaClient({
      brokers: this.kafka.brokers.split(','),
      topicPrefix: this.topicPrefix,
      clientId: 'testing',
      log: SILENT,
    });
    try {
      const behind = Object.values(await kafka.lag(service, topics)).flat();
      return behind.reduce((sum, messages) => sum + messages, 0);
    } finally {
      await kafka.close();
    }
  }

  /** The settings of an app in this world, as its environment. */
  settings(name: AppName): Record<string, string> {
    const spec = appSpec(name);
    const around: Surroundings = {
      url: (app) => this.url(app),
      smtp: `127.0.0.1:${this.port('sandbox-mail', 'SMTP_PORT')}`,
      paymentTokenKey: this.paymentTokenKey,
    };
    const common = isService(name)
      ? {
          DATABASE_URL: this.database(name).url,
          KAFKA_BROKERS: this.kafka.brokers,
          TOPIC_PREFIX: this.topicPrefix,
        }
      : { SANDBOX_DATA_DIR: `${this.logDir}/${name}` };
    const extra = Object.keys(spec.extraPorts).map((variable) => [
      variable,
      String(this.port(name, variable)),
    ]);
    return {
      ...common,
      ...(Object.fromEntries(extra) as Record<string, string>),
      ...spec.settings(around),
      // Most tests order what no catalog knows, at any price, from anybody, of any merchant.
      ...(name === 'order' && {
        ...{ ORDER_CHECKS: 'off', MERCHANT_CHECKS: 'off', ORDER_API_KEYS: 'off' },
      }),
      // Nothing may depend on what the carrier tells of its own accord, nor change while a test looks at
      // it: a test that is about messages or deliveries asks for them.
      ...(name === 'sandbox-carrier' && {
        ...{ WEBHOOK_URL: '', WEBHOOK_SECRET: '', DELIVERED_AFTER_MS: String(AN_HOUR_MS) },
      }),
    };
  }

  port(name: AppName, variable?: string): number {
    const port = this.ports.get(variable === undefined ? name : `${name}/${variable}`);
    if (port === undefined) throw new Error(`${name} has no port ${variable ?? ''}.`);
    return port;
  }

  url(name: AppName): string {
    return `http://127.0.0.1:${this.port(name)}`;
  }

  database(name: ServiceName): TestDatabase {
    const database = this.databases.get(name);
    if (!database) throw new Error(`${name} has no database.`);
    return database;
  }

  /** A running app, to be killed, paused or asked for its log. */
  app(name: AppName, replica?: string): ServiceProcess {
    const id = replica === undefined ? name : `${name}#${replica}`;
    const running = this.processes.get(id);
    if (!running) throw new Error(`${id} was not started.`);
    return running;
  }

  /** Takes everything down; also after a start that failed half-way. */
  async stop(): Promise<void> {
    await Promise.all([...this.processes.values()].map((app) => app.stop()));
    if (this.options.kafka !== 'own' && this.kafka.kind === 'given') {
      await deleteTopics(this.kafka.brokers, this.topicPrefix);
    }
    if (this.postgres.kind === 'given') {
      await Promise.all([...this.databases.values()].map((database) => database.drop()));
    }
    await Promise.all([this.kafka.stop(), this.postgres.stop()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const postgresOf = (which: TestWorldOptions['postgres']): Promise<PostgresServer> => {
  switch (which) {
    case 'own':
      return ownPostgres();
    case 'durable':
      return startPostgres({ fsync: true });
    default:
      return testPostgres();
  }
};

/** Both, or neither: when one fails the other is stopped. */
async function startBoth(
  postgres: Promise<PostgresServer>,
  kafka: Promise<KafkaServer>,
): Promise<[PostgresServer, KafkaServer]> {
  const [first, second] = await Promise.allSettled([postgres, kafka]);
  if (first.status === 'fulfilled' && second.status === 'fulfilled') {
    return [first.value, second.value];
  }
  if (first.status === 'fulfilled') await first.value.stop();
  if (second.status === 'fulfilled') await second.value.stop();
  throw first.status === 'rejected' ? first.reason : (second as PromiseRejectedResult).reason;
}
