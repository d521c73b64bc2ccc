import { chmod, mkdir } from 'node:fs/promises';
import type { ContainerRuntimeClient, StartedTestContainer } from 'testcontainers';
import { freePort } from '../ports.js';
import { RUN_VARIABLE } from '../run-mark.js';
import { waitFor } from '../wait-for.js';
import { brokerAnswers } from './kafka-admin.js';
import type { KafkaServer } from './kafka-server.js';

/** From Docker Hub; made of Apache Kafka 4.2. */
export const PUBLIC_KAFKA_IMAGE = 'confluentinc/cp-kafka:8.2.0';
/** Made on a machine that cannot pull, by docker/kafka-image/build.sh. */
export const LOCAL_KAFKA_IMAGE = 'saga-orchestrator/kafka:8.2.0-local';

export type ImageChoice = { image: string } | { passedOver: string };

/**
 * The image to use, or why Docker is passed over. An image that lies on the machine comes first;
 * otherwise the public one is pulled.
 */
export async function chooseKafkaImage(pullTimeoutMs = 240_000): Promise<ImageChoice> {
  // Ryuk is one more image; what is started here is stopped here.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  let client: ContainerRuntimeClient;
  try {
    client = await getContainerRuntimeClient();
  } catch {
    return { passedOver: 'no Docker engine answers' };
  }
  const wanted = process.env['KAFKA_IMAGE'];
  const candidates = wanted ? [wanted] : [PUBLIC_KAFKA_IMAGE, LOCAL_KAFKA_IMAGE];
  for (const image of candidates) {
    if (await client.image.exists(ImageName.fromString(image))) return { image };
  }
  const image = candidates[0] ?? PUBLIC_KAFKA_IMAGE;
  try {
    await inTime(client.image.pull(ImageName.fromString(image)), pullTimeoutMs);
    return { image };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      passedOver: `a Docker engine is here, but ${image} is neither there nor to be pulled (${why.trim()})`,
    };
  }
}

async function inTime(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing after ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface ContainerKafkaOptions {
  port?: number;
  /** Kept when the container goes; default: the data goes with it. */
  dataDir?: string;
}

/** Starts the image; its port on this machine is fixed, so that it comes back on the same one. */
export async function startContainerKafka(
  image: string,
  options: ContainerKafkaOptions = {},
): Promise<KafkaServer> {
  const [{ KafkaContainer }, { getContainerRuntimeClient }] = await Promise.all([
    import('@testcontainers/kafka'),
    import('testcontainers'),
  ]);
  const port = options.port ?? (await freePort());
  const run = process.env[RUN_VARIABLE];
  class KafkaOnFixedPort extends KafkaContainer {
    // Here, because the class above asks for a port of Docker's choice just before.
    protected override async beforeContainerCreated(): Promise<void> {
      await super.beforeContainerCreated();
      this.withExposedPorts({ container: 9093, host: port });
    }
  }
  const definition = new KafkaOnFixedPort(image)
    .withLabels(run ? { [RUN_VARIABLE]: run } : {})
    .withEnvironment({
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_LOG_INDEX_SIZE_MAX_BYTES: '1048576',
      // A broker killed and started again is let in when its old session has ended (default 9 s).
      KAFKA_BROKER_SESSION_TIMEOUT_MS: '3000',
      KAFKA_BROKER_HEARTBEAT_INTERVAL_MS: '500',
      KAFKA_HEAP_OPTS: '-Xms256m -Xmx512m',
      // What lives for minutes gains nothing from the second compiler.
      ...(options.dataDir === undefined ? { KAFKA_OPTS: '-XX:TieredStopAtLevel=1' } : {}),
    });
  if (options.dataDir !== undefined) {
    await mkdir(options.dataDir, { recursive: true });
    // The image has a user of its own, with a number nobody here knows.
    await chmod(options.dataDir, 0o777);
    definition.withBindMounts([{ source: options.dataDir, target: '/var/lib/kafka/data' }]);
  }
  const started = await definition.start();
  const brokers = `${started.getHost()}:${started.getMappedPort(9093)}`;
  const { container: containers } = await getContainerRuntimeClient();
  const container = containers.getById(started.getId());
  const untilItAnswers = () =>
    waitFor(() => brokerAnswers(brokers), {
      what: `Kafka in the container to answer at ${brokers}`,
      timeoutMs: 90_000,
      intervalMs: 150,
    });
  const kill = async () => {
    await container.remove({ force: true, v: true });
  };
  try {
    await untilItAnswers();
  } catch (error) {
    await kill();
    throw error;
  }
  return {
    brokers,
    kind: 'container',
    description: `container of ${image}`,
    pid: undefined,
    containerId: started.getId(),
    async stop() {
      // In order only where somebody will read the data again.
      if (options.dataDir !== undefined) {
        await endInOrder(started);
        await container.wait();
      }
      await kill();
    },
    kill,
    async stopBroker(signal = 'SIGTERM') {
      if (signal === 'SIGTERM') await endInOrder(started);
      else await container.kill();
      await container.wait();
    },
    async startBroker() {
      await container.start();
      await untilItAnswers();
    },
  };
}

/**
 * The container's first process is a shell that passes no signal on, so that `docker stop` would
 * be a crash after half a minute: the broker itself is asked to end, and the shell ends with it.
 */
async function endInOrder(started: StartedTestContainer): Promise<void> {
  const endBroker =
    'for p in /proc/[0-9]*; do grep -q [k]afka.Kafka $p/cmdline && kill -TERM ${p#/proc/}; done; true';
  await started.exec(['bash', '-c', endBroker]);
}

/** Removes a container that an earlier run has left behind; one that is gone is no error. */
export async function removeContainer(id: string): Promise<void> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const { container } = await getContainerRuntimeClient();
  await container
    .getById(id)
    .remove({ force: true, v: true })
    .catch((error: Error & { statusCode?: number }) => {
      if (error.statusCode !== 404) throw error;
    });
}

/** The containers that one run of the tests has started and not removed. */
export async function containersOfRun(run: string): Promise<string[]> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const client = await getContainerRuntimeClient().catch(() => undefined);
  const running = (await client?.container.list()) ?? [];
  return running.filter(({ Labels }) => Labels[RUN_VARIABLE] === run).map(({ Id }) => Id);
}
