import { chmod, mkdir } from 'node:fs/promises';
import type { StartedKafkaContainer } from '@testcontainers/kafka';
import type { ContainerRuntimeClient, StartedTestContainer } from 'testcontainers';
import { freePort } from '../ports.js';
import type { ProcessExit } from '../process/managed-process.js';
import { RUN_VARIABLE } from '../run-mark.js';
import { waitFor } from '../wait-for.js';
import { brokerAnswers } from './kafka-admin.js';
import type { KafkaServer } from './kafka-server.js';

export interface ContainerKafkaOptions {
  port?: number;
  /** Kept when the container goes; default: the data goes with it. */
  dataDir?: string;
  /** Whether it lives for minutes rather than days. */
  isShortLived: boolean;
}

/** Starts the image; its port on this machine is fixed, so that it comes back on the same one. */
export async function startContainerKafka(
  image: string,
  options: ContainerKafkaOptions,
): Promise<KafkaServer> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const started = await runImage(image, options);
  const { container } = await getContainerRuntimeClient();
  const server = new ContainerKafka(
    image,
    started,
    container.getById(started.getId()),
    options.dataDir !== undefined,
  );
  try {
    await server.untilItAnswers();
  } catch (error) {
    await server.kill();
    throw error;
  }
  return server;
}

async function runImage(
  image: string,
  options: ContainerKafkaOptions,
): Promise<StartedKafkaContainer> {
  const { KafkaContainer } = await import('@testcontainers/kafka');
  const port = options.port ?? (await freePort());
  const run = process.env[RUN_VARIABLE];
  class KafkaOnFixedPort extends KafkaContainer {
    // Here, because the class above asks for a port of Docker's choice just before.
    protected override async beforeContainerCreated(): Promise<void> {
      await super.beforeContainerCreated();
      this.withExposedPorts({ container: 9093, host: port });
    }
  }
  const container = new KafkaOnFixedPort(image)
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
      ...(options.isShortLived ? { KAFKA_OPTS: '-XX:TieredStopAtLevel=1' } : {}),
    });
  if (options.dataDir !== undefined) {
    await mkdir(options.dataDir, { recursive: true });
    // The image has a user of its own, with a number nobody here knows.
    await chmod(options.dataDir, 0o777);
    container.withBindMounts([{ source: options.dataDir, target: '/var/lib/kafka/data' }]);
  }
  return container.start();
}

class ContainerKafka implements KafkaServer {
  readonly kind = 'container';
  readonly pid = undefined;
  readonly brokers: string;
  readonly description: string;
  readonly containerId: string;

  constructor(
    image: string,
    private readonly started: StartedTestContainer,
    private readonly container: ReturnType<ContainerRuntimeClient['container']['getById']>,
    private readonly keepsData: boolean,
  ) {
    this.brokers = `${started.getHost()}:${started.getMappedPort(9093)}`;
    this.description = `container of ${image}`;
    this.containerId = started.getId();
  }

  async untilItAnswers(): Promise<void> {
    await waitFor(() => brokerAnswers(this.brokers), {
      what: `Kafka in the container to answer at ${this.brokers}`,
      timeoutMs: 180_000,
      intervalMs: 150,
    });
  }

  get exited(): Promise<ProcessExit> {
    const ended = this.container.wait() as Promise<{ StatusCode: number }>;
    return ended.then(
      ({ StatusCode }) => ({ code: StatusCode, signal: null }),
      // The engine has gone, and with it what it ran.
      () => ({ code: null, signal: null }),
    );
  }

  async stop(): Promise<void> {
    // In order only where somebody will read the data again, and where it has not ended by itself.
    if (this.keepsData && (await this.container.inspect()).State.Running) await this.stopBroker();
    await this.kill();
  }

  async kill(): Promise<void> {
    await this.container.remove({ force: true, v: true });
  }

  async stopBroker(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (signal === 'SIGTERM') await endInOrder(this.started);
    else await this.container.kill();
    await this.container.wait();
  }

  async startBroker(): Promise<void> {
    await this.container.start();
    await this.untilItAnswers();
  }
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
