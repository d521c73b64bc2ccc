import { join } from 'node:path';
import {
  createDatabase,
  createTopics,
  isService,
  startKafka,
  startPostgres,
  type AppName,
  type KafkaServer,
  type PostgresServer,
} from '#testing';
import { explain } from './explain.js';
import type { Progress } from './progress.js';
import type { Part, Run } from './part.js';
import { stackPaths, StackProblem, type StackSettings } from './settings.js';
import { StopRequested, type Supervisor } from './supervisor.js';

// A slow line should not make the first start a quarter of an hour: then the jars are quicker.
const PULL_TIMEOUT_MS = 90_000;

/** Postgres and Kafka, at the same time; when one fails, its cause in one line is thrown. */
export async function startServers(
  settings: StackSettings,
  supervisor: Supervisor,
  progress: Progress,
): Promise<void> {
  await Promise.all([
    supervisor.track(startDatabaseServer(settings, supervisor, progress)),
    supervisor.track(startBroker(settings, supervisor, progress)),
  ]);
}

async function startDatabaseServer(
  settings: StackSettings,
  supervisor: Supervisor,
  progress: Progress,
): Promise<void> {
  const { data, logs } = stackPaths(settings);
  const logFile = join(logs, 'postgres.log');
  const server = await progress.step(
    'Postgres',
    () =>
      named('Postgres', () =>
        startPostgres(
          settings.databaseUrl === undefined
            ? { dataDir: join(data, 'postgres'), port: settings.postgresPort, logFile }
            : { url: settings.databaseUrl },
        ),
      ),
    (started) => addressOf(started) + (started.kind === 'given' ? ', given by DATABASE_URL' : ''),
  );
  supervisor.state.postgresUrl = server.url;
  if (server.kind === 'given') return supervisor.save();
  const part = (): Part => ({
    name: 'Postgres',
    address: addressOf(server),
    logFile,
    pid: server.pid,
    stopSignal: 'SIGINT',
    stop: () => server.stop(),
  });
  const without = 'no service can read or keep anything, and orders are not taken';
  await keep(supervisor, {
    ...{ server, part, without },
    start: () => server.startServer(),
    halt: () => server.stopServer('immediate'),
  });
}

const addressOf = (server: PostgresServer): string => new URL(server.url).host;

async function startBroker(
  settings: StackSettings,
  supervisor: Supervisor,
  progress: Progress,
): Promise<void> {
  const { data, logs } = stackPaths(settings);
  const logFile = join(logs, 'kafka.log');
  const server: KafkaServer = await progress.step(
    'Kafka',
    () =>
      named('Kafka', () =>
        startKafka({
          ...(settings.kafkaBrokers === undefined ? {} : { brokers: settings.kafkaBrokers }),
          mode: settings.kafkaMode,
          dataDir: join(data, 'kafka'),
          port: settings.kafkaPort,
          logFile,
          pullTimeoutMs: PULL_TIMEOUT_MS,
          onNote: (note) => progress.note(note),
        }),
      ),
    ({ brokers, description }) => `${brokers}, ${description}`,
  );
  const { brokers, kind, description } = server;
  supervisor.state.kafka = { brokers, kind, description };
  if (kind === 'given') return supervisor.save();
  const part = (): Part => ({
    name: 'Kafka',
    address: brokers,
    ...(kind === 'local' ? { logFile } : {}),
    pid: server.pid,
    containerId: server.containerId,
    stop: () => server.stop(),
  });
  const without = 'orders are still taken, and wait for it';
  await keep(supervisor, {
    ...{ server, part, without },
    start: () => server.startBroker(),
    halt: () => server.stopBroker('SIGKILL'),
  });
}

interface Kept {
  readonly server: Pick<PostgresServer | KafkaServer, 'exited'>;
  /** As it is now: each start has another process. */
  readonly part: () => Part;
  readonly without: string;
  /** Brings it back on the same port, with the same data. */
  readonly start: () => Promise<void>;
  /** Ends one that was started and does not answer: the next start would find it and be content. */
  readonly halt: () => Promise<void>;
}

/** Takes charge of a server of our own that runs, and brings it back when it ends. */
async function keep(supervisor: Supervisor, kept: Kept): Promise<void> {
  const { server, part, without } = kept;
  const takeCharge = async (): Promise<Run> => {
    // Taken first: what ends while it is written down has ended as well.
    const { exited } = server;
    const { name, logFile } = part();
    await supervisor.add(part());
    return { name, logFile, without, exited };
  };
  const again = async (): Promise<Run> => {
    try {
      await named(part().name, kept.start);
    } catch (error) {
      // That it does not come back is what is told, whether or not there was anything to end.
      await kept.halt().catch(() => undefined);
      throw error;
    }
    return takeCharge();
  };
  supervisor.watch(await takeCharge(), again);
}

/** A database and a role for each service, and every topic. */
export async function prepare(
  supervisor: Supervisor,
  progress: Progress,
  only: readonly AppName[],
): Promise<void> {
  const { postgresUrl = '', kafka } = supervisor.state;
  const services = only.filter(isService);
  await progress.step(
    'databases and roles',
    () =>
      named('Postgres', async () => {
        for (const name of services) await createDatabase({ url: postgresUrl }, name);
      }),
    () => services.join(', '),
  );
  await progress.step(
    'topics',
    () => named('Kafka', () => createTopics(kafka?.brokers ?? '')),
    (topics) => `${topics.length}`,
  );
}

/** Turns a failure into the one line that says what to do. */
async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StopRequested) throw error;
    throw new StackProblem(explain(name, error));
  }
}
