import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ManagedProcess, NEVER_ENDS, type ProcessExit } from '../process/managed-process.js';
import { freePort } from '../ports.js';
import { temporaryFolder } from '../run-mark.js';
import { exists } from '../postgres/postgres-binaries.js';
import { waitFor } from '../wait-for.js';
import { brokerAnswers } from './kafka-admin.js';
import { findJava, kafkaJars } from './kafka-jars.js';
import { KAFKA_VERSION, MissingToolError, type KafkaServer } from './kafka-server.js';

const run = promisify(execFile);

export interface LocalKafkaOptions {
  dataDir?: string;
  port?: number;
  logFile?: string;
  /** Java heap, default 512. */
  heapMb?: number;
  /** Whether it lives for minutes rather than days; default: when it has no `dataDir`. */
  isShortLived?: boolean;
}

/** Starts Apache Kafka from its jars, one process that is broker and controller (KRaft). */
export async function startLocalKafka(options: LocalKafkaOptions = {}): Promise<KafkaServer> {
  const java = await findJava();
  if (java === undefined) {
    throw new MissingToolError(
      'Kafka needs Java 17 and Maven (Debian: apt-get install openjdk-17-jre-headless maven), ' +
        'and there is no such Java here.',
    );
  }
  const temporary = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await temporaryFolder('kafka'));
  const kafka = new LocalKafka({
    java,
    jars: await kafkaJars(),
    dataDir,
    temporary,
    port: options.port ?? (await freePort()),
    logFile: options.logFile ?? (temporary ? join(dataDir, 'log') : `${dataDir}.log`),
    heapMb: options.heapMb ?? 512,
    isShortLived: options.isShortLived ?? temporary,
  });
  try {
    await kafka.startBroker();
  } catch (error) {
    await kafka.kill();
    throw error;
  }
  return kafka;
}

interface Settings {
  java: string;
  jars: string;
  dataDir: string;
  temporary: boolean;
  port: number;
  logFile: string;
  heapMb: number;
  isShortLived: boolean;
}

class LocalKafka implements KafkaServer {
  readonly kind = 'local';
  readonly containerId = undefined;
  readonly description = `Apache Kafka ${KAFKA_VERSION} on this machine's Java`;
  private process: ManagedProcess | undefined;

  constructor(private readonly settings: Settings) {}

  get brokers(): string {
    return `127.0.0.1:${this.settings.port}`;
  }

  get pid(): number | undefined {
    return this.process?.ended ? undefined : this.process?.pid;
  }

  get exited(): Promise<ProcessExit> {
    return this.process?.exited ?? NEVER_ENDS;
  }

  async startBroker(): Promise<void> {
    if (this.pid !== undefined) return;
    const { java, jars, dataDir, logFile, port, heapMb } = this.settings;
    await mkdir(dataDir, { recursive: true });
    const properties = join(dataDir, 'server.properties');
    await writeFile(properties, serverProperties(dataDir, port, await freePort()));
    await this.format(properties);
    const started = await ManagedProcess.start({
      name: 'Kafka',
      command: java,
      args: [
        ...[`-Xmx${heapMb}m`, `-Xms${Math.min(256, heapMb)}m`, '-XX:+UseSerialGC'],
        // What lives for minutes gains nothing from the second compiler, which costs half the start.
        ...(this.settings.isShortLived ? ['-XX:TieredStopAtLevel=1'] : []),
        ...[
          '-Djava.awt.headless=true',
          `-Dlog4j2.configurationFile=${join(dataDir, 'log4j2.xml')}`,
        ],
        ...['-cp', join(jars, '*'), 'kafka.Kafka', properties],
      ],
      logFile,
    });
    this.process = started;
    await waitFor(async () => started.ended !== undefined || (await brokerAnswers(this.brokers)), {
      what: `Kafka on port ${port} to answer (log: ${logFile})`,
      timeoutMs: 180_000,
      intervalMs: 150,
    });
    if (started.ended) throw await started.failure(`did not start on port ${port}`);
  }

  /** Gives a new data folder its cluster id; one that has an id stays as it is. */
  private async format(properties: string): Promise<void> {
    const { java, jars, dataDir } = this.settings;
    await writeFile(join(dataDir, 'log4j2.xml'), logSettings);
    if (await exists(join(dataDir, 'logs', 'meta.properties'))) return;
    const args = [
      ...['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), 'kafka.tools.StorageTool'],
      // With the equals sign, for an id may begin with a dash.
      ...['format', `--cluster-id=${randomBytes(16).toString('base64url')}`, '-c', properties],
    ];
    try {
      await run(java, args);
    } catch (error) {
      const { stderr, stdout } = error as { stderr?: string; stdout?: string };
      const lines = `${stdout ?? ''}\n${stderr ?? ''}`.split('\n');
      const why = lines.find((line) => /exception|error/i.test(line)) ?? String(error);
      throw new Error(`Kafka cannot make its data folder ${dataDir}: ${why.trim()}`, {
        cause: error,
      });
    }
  }

  async stopBroker(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.process?.stop(signal, 30_000);
  }

  async stop(): Promise<void> {
    // Nobody will read temporary data again, so it need not be closed in order.
    await this.stopBroker(this.settings.temporary ? 'SIGKILL' : 'SIGTERM');
    await this.removeData();
  }

  async kill(): Promise<void> {
    await this.stopBroker('SIGKILL');
    await this.removeData();
  }

  private async removeData(): Promise<void> {
    if (!this.settings.temporary) return;
    await rm(this.settings.dataDir, { recursive: true, force: true });
  }
}

function serverProperties(dataDir: string, port: number, controllerPort: number): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(dataDir, 'logs'),
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    // A broker killed and started again is let in when its old session has ended (default 9 s).
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '5',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    // Two index files of this size are set aside for every partition.
    'log.index.size.max.bytes': '1048576',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

const logSettings = `<Configuration status="WARN">
  <Appenders>
    <Console name="out"><PatternLayout pattern="%d %p %c{1}: %m%n"/></Console>
  </Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
`;
