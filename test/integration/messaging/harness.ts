/** What the messaging tests share: databases with an outbox, writers on them, and a pair of ears. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  Database,
  KafkaClient,
  KafkaPublisher,
  newId,
  openDatabase,
  Outbox,
  OUTBOX_TABLE,
  PartitionUpkeep,
  PostgresOutboxStorage,
  systemClock,
  type MessagingLog,
  type OutboxOptions,
  type OutgoingEvent,
  type ReceivedEvent,
} from '#messaging';
import { createDatabase, deleteTopics, testId, type PostgresServer } from '#testing';
import { OutboxV11763700000000 } from '../../../migrations/shared/outbox-v1.js';
import { OutboxV21764313200000 } from '../../../migrations/shared/outbox-v2.js';

export const migrations = [OutboxV11763700000000, OutboxV21764313200000];

export class TestLog implements MessagingLog {
  readonly lines: string[] = [];
  debug = (): void => undefined;
  info = (_fields: object, message: string): void => void this.lines.push(`info ${message}`);
  warn = (_fields: object, message: string): void => void this.lines.push(`warn ${message}`);
  error = (_fields: object, message: string): void => void this.lines.push(`error ${message}`);
}

export const anEvent = (given: Partial<OutgoingEvent> = {}): OutgoingEvent => ({
  id: newId(),
  source: 'test',
  type: 'com.example.thing.happened',
  subject: given.key ?? 'thing',
  time: new Date().toISOString(),
  topic: 'things',
  key: 'thing',
  data: {},
  ...given,
});

/** Closes what a test opened, the last first, even when some of it fails. */
export class Closing {
  readonly #steps: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.#steps.unshift(close);
  }

  async all(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#steps.splice(0)) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'could not be closed');
  }
}

/** A database of its own with the outbox's tables. */
export async function outboxDatabase(server: PostgresServer, closing: Closing): Promise<string> {
  const made = await createDatabase(server, testId());
  closing.add(() => made.drop());
  const database = await connect(made.url, closing);
  const upkeep = new PartitionUpkeep([OUTBOX_TABLE], {
    database,
    clock: systemClock,
    log: new TestLog(),
  });
  await upkeep.run();
  return made.url;
}

export async function connect(url: string, closing: Closing, poolSize = 5): Promise<Database> {
  const applicationName = 'messaging-test';
  const log = new TestLog();
  const database = await openDatabase({ url, poolSize, applicationName, migrations, log });
  closing.add(() => database.close());
  return database;
}

export interface Writer {
  readonly outbox: Outbox;
  readonly database: Database;
  readonly log: TestLog;
}

/** A process's outbox with its own pool and producer; with `start`, also a relay. */
export async function writer(
  url: string,
  brokers: string,
  topicPrefix: string,
  closing: Closing,
  { start = false, ...options }: Partial<OutboxOptions> & { start?: boolean } = {},
): Promise<Writer> {
  const log = new TestLog();
  const database = await connect(url, closing);
  const kafka = { brokers: brokers.split(','), clientId: 'test', topicPrefix, log };
  const broker = new KafkaPublisher(kafka);
  closing.add(() => broker.close());
  const storage = new PostgresOutboxStorage(database);
  const outbox = new Outbox({ owner: 'test', storage, broker, log, ...options });
  closing.add(() => outbox.stop(0));
  if (start) outbox.start();
  return { outbox, database, log };
}

/** Topics under a prefix of their own, and a record of all that arrives in some of them. */
export class Ears {
  readonly heard: ReceivedEvent[] = [];
  readonly undecodable: string[] = [];
  readonly client: KafkaClient;
  #tails: { stop(): Promise<void> }[] = [];

  constructor(
    private readonly brokers: string,
    readonly prefix = `${testId()}.`,
  ) {
    const log = new TestLog();
    this.client = new KafkaClient({
      brokers: brokers.split(','),
      clientId: 'ears',
      topicPrefix: prefix,
      log,
    });
  }

  /** Makes the topics and listens to all of them. */
  async listen(topics: Record<string, number>): Promise<void> {
    const wanted = Object.entries(topics).map(([topic, partitions]) => [
      topic,
      { partitions, retentionMs: 3_600_000 },
    ]);
    await this.client.ensureTopics(
      Object.fromEntries(wanted) as Parameters<KafkaClient['ensureTopics']>[0],
    );
    this.#tails = await Promise.all(
      Object.keys(topics).map((topic) =>
        this.client.tail(topic, {
          fromBeginning: true,
          onEvent: (event) => this.heard.push(event),
          onUndecodable: (_place, why) => this.undecodable.push(why),
        }),
      ),
    );
  }

  ids(topic: string): string[] {
    return this.heard.filter((event) => event.topic === topic).map(({ id }) => id);
  }

  async close(): Promise<void> {
    await Promise.all(this.#tails.map((tail) => tail.stop()));
    await this.client.close();
    await deleteTopics(this.brokers, this.prefix);
  }
}

const hooks = fileURLToPath(new URL('typescript-hooks.mjs', import.meta.url));
const echo = fileURLToPath(new URL('echo-service.ts', import.meta.url));

/** A service in a process of its own, by default that of echo-service.ts; from the sources. */
export class EchoProcess {
  readonly exited: Promise<NodeJS.Signals | number | null>;
  output = '';
  readonly #child: ChildProcess;

  constructor(env: Record<string, string>, main = echo) {
    this.#child = spawn(process.execPath, ['--import', hooks, main], {
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (text: Buffer) => (this.output += text.toString()));
    }
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve(signal ?? code));
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async stop(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), 60_000);
    await this.exited;
    clearTimeout(timer);
  }
}
