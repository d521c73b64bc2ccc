/** This project as a contender: acceptance over HTTP, the orchestrator, four participants, Kafka. */
import { join } from 'node:path';
import pg from 'pg';
import { Pool } from 'undici';
import {
  createDatabase,
  createTopics,
  deleteTopics,
  freePort,
  ManagedProcess,
  projectRoot,
  startKafka,
  waitFor,
  type KafkaServer,
} from '#testing';
import type { BenchOrderLine } from './contracts.js';
import { Endings, type Ending } from './endings.js';
import { PARTICIPANTS } from './participant.js';
import { benchOrder } from './saga.js';

export const ROLES = ['order', 'orchestrator', ...PARTICIPANTS] as const;
export type Role = (typeof ROLES)[number];

export interface SystemOptions {
  /** Of a superuser. */
  readonly postgresUrl: string;
  /** For logs and the broker's data. */
  readonly folder: string;
  /** The processes that run; default: all. Without all of them no saga ends. */
  readonly roles?: readonly Role[];
  /** More settings of a process, for trying things out. */
  readonly env?: Partial<Record<Role, Record<string, string>>>;
  /** A broker that is there already, and what to put before its topics. Default: one of its own. */
  readonly broker?: { readonly brokers: string; readonly topicPrefix: string };
  /** Not started by `start`; `startProcess` does it when it is time. */
  readonly later?: readonly Role[];
  /** How many processes of a role `start` starts; default: one. Orders go to one process only. */
  readonly replicas?: Partial<Record<Exclude<Role, 'order'>, number>>;
}

/** A process, with whatever it may have started below it. */
export interface Root {
  /** What it is: `Kafka`, or its role, with a number from the second process of a role on. */
  readonly name: string;
  readonly pid: number;
}

const START_WITHIN_MS = 120_000;

export class BenchSystem {
  private readonly processes: ManagedProcess[] = [];
  /** Processes of each role that were begun to be started. */
  private readonly begun = new Map<Role, number>();
  private readonly urls = new Map<Role, string>();
  private readonly databases = new Map<Role, string>();
  private kafka: KafkaServer | undefined;
  private http: Pool | undefined;
  private database: pg.Pool | undefined;
  private endings: Endings | undefined;

  constructor(private readonly options: SystemOptions) {}

  async start(): Promise<void> {
    const { postgresUrl, broker, roles = ROLES, later = [] } = this.options;
    if (broker === undefined) this.kafka = await this.startBroker();
    await createTopics(this.brokers, broker?.topicPrefix);
    for (const role of roles) {
      const { url } = await createDatabase({ url: postgresUrl }, `bench_${role}`);
      this.databases.set(role, url);
    }
    if (roles.includes('orchestrator')) this.watchEndings();
    const now = roles.filter((role) => !later.includes(role));
    await Promise.all(now.flatMap((role) => this.startReplicas(role)));
    if (now.includes('order')) {
      this.http = new Pool(this.urlOf('order'), { connections: 64, pipelining: 1 });
    }
  }

  databaseOf(role: Role): string {
    return this.databases.get(role) as string;
  }

  /** Where it is asked over HTTP. */
  urlOf(role: Role): string {
    return this.urls.get(role) as string;
  }

  /** All that runs for it, the database's server excepted. */
  get roots(): Root[] {
    const broker = this.kafka?.pid;
    return [
      ...this.processes.map(({ name, pid }) => ({ name, pid })),
      ...(broker === undefined ? [] : [{ name: 'Kafka', pid: broker }]),
    ];
  }

  get pids(): number[] {
    return this.roots.map(({ pid }) => pid);
  }

  /** Places an order over HTTP and waits for the end of its saga. */
  async saga(orderId: string, isDeclined: boolean): Promise<Ending> {
    await this.place(orderId, isDeclined);
    return this.endingOf(orderId);
  }

  /** Resolves when the saga of an order that was placed is over. */
  endingOf(orderId: string): Promise<Ending> {
    return (this.endings as Endings).of(orderId);
  }

  /** @throws unless it was accepted */
  async place(
    orderId: string,
    isDeclined: boolean,
    lines?: readonly BenchOrderLine[],
  ): Promise<void> {
    const { statusCode, body } = await (this.http as Pool).request({
      method: 'POST',
      path: '/orders',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ orderId, amount: 100, isDeclined, ...(lines && { lines }) }),
    });
    const text = await body.text();
    if (statusCode !== 202) throw new Error(`the order was answered ${statusCode}: ${text}`);
  }

  async stop(): Promise<void> {
    this.endings?.close();
    await this.http?.destroy();
    await this.database?.end();
    await Promise.all(this.processes.map((process) => process.stop()));
    const { broker } = this.options;
    if (broker) await deleteTopics(broker.brokers, broker.topicPrefix);
    await this.kafka?.stop();
  }

  private watchEndings(): void {
    this.database = new pg.Pool({ connectionString: this.databaseOf('orchestrator'), max: 2 });
    this.database.on('error', (error) => console.error(error));
    this.endings = new Endings(this.database, benchOrder.name, (error) => console.error(error));
  }

  private startBroker(): Promise<KafkaServer> {
    const dataDir = join(this.options.folder, 'kafka');
    return startKafka({ mode: 'local', dataDir, isShortLived: true });
  }

  private get brokers(): string {
    return this.options.broker?.brokers ?? (this.kafka as KafkaServer).brokers;
  }

  private startReplicas(role: Role): Promise<void>[] {
    const count = (role === 'order' ? undefined : this.options.replicas?.[role]) ?? 1;
    return Array.from({ length: count }, () => this.startProcess(role));
  }

  /** Starts a process of this role, one more where there are some. Resolves when it is ready. */
  async startProcess(role: Role): Promise<void> {
    const name = this.nameOfNext(role);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    this.urls.set(role, url);
    const started = await ManagedProcess.start({
      name,
      command: process.execPath,
      args: ['--disable-warning=TimeoutNegativeWarning', this.entry, role],
      cwd: projectRoot(),
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        NODE_OPTIONS: process.env['NODE_OPTIONS'],
        NODE_ENV: 'production',
        LOG_LEVEL: 'warn',
        PORT: String(port),
        DATABASE_URL: this.databaseOf(role),
        KAFKA_BROKERS: this.brokers,
        TOPIC_PREFIX: this.options.broker?.topicPrefix ?? '',
        ...this.options.env?.[role],
      },
      logFile: join(this.options.folder, `${name}.log`),
    });
    this.processes.push(started);
    const isOver = () => started.ended !== undefined;
    await waitFor(() => isOver() || isReady(url), { what: name, timeoutMs: START_WITHIN_MS });
    if (isOver()) throw await started.failure('was never ready');
    if (role === 'orchestrator') await this.endings?.listenTo(url);
  }

  private nameOfNext(role: Role): string {
    const number = (this.begun.get(role) ?? 0) + 1;
    this.begun.set(role, number);
    return number === 1 ? role : `${role}-${number}`;
  }

  private readonly entry = join(projectRoot(), 'dist/tools/bench/own/process.js');
}

const isReady = async (url: string): Promise<boolean> =>
  fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
