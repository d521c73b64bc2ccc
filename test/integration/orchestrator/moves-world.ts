/** Orchestrators that know one version of a saga or two, over real Kafka and Postgres. */
import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventType } from '#contracts';
import { createService, Database, newId, openDatabase, Outbox } from '#messaging';
import { migrations } from '#migrations/orchestrator';
import { createLogger } from '#platform';
import type { HistoryEntry, SagaDefinition } from '#saga';
import { waitFor, withAdmin } from '#testing';
import { AppModule } from '../../../apps/orchestrator/src/app.module.js';
import { orchestratorService } from '../../../apps/orchestrator/src/service.js';
import { Topics } from '../../support/topics.js';
import { Closing, TestLog } from '../messaging/harness.js';
import { keyOf } from './access-keys.js';
import { openGround } from './ground.js';

export interface Saga {
  readonly sagaId: string;
  readonly orderId: string;
  readonly version: number;
  readonly state: string;
  readonly revision: number;
  readonly steps: readonly {
    readonly name: string;
    readonly state: string;
    readonly attempts: number;
    readonly commandId: string | null;
    readonly compensation: { readonly commandId: string } | null;
  }[];
  readonly ledger: readonly unknown[];
  readonly data: unknown;
}
export type Told = Omit<HistoryEntry, 'at'> & { readonly at: string };

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** One running orchestrator, asked over HTTP. */
export class Replica {
  constructor(
    private readonly app: NestFastifyApplication,
    /** What it has to complain about. */
    readonly warnings: readonly string[],
    private readonly apiKey: string,
  ) {}

  async call<T>(method: 'GET' | 'POST', path: string, payload?: object): Promise<Answer<T>> {
    const headers = { 'x-api-key': this.apiKey };
    const url = `/admin/${path}`;
    const answer = await this.app.inject({ method, url, headers, ...(payload && { payload }) });
    return { status: answer.statusCode, body: answer.json<T>() };
  }

  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.call<T>('GET', path);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  saga(sagaId: string): Promise<Saga> {
    return this.get<Saga>(`sagas/${sagaId}`);
  }

  async historyOf(sagaId: string): Promise<readonly Told[]> {
    return (await this.get<{ items: Told[] }>(`sagas/${sagaId}/history`)).items;
  }

  until(sagaId: string, what: string, holds: (saga: Saga) => boolean): Promise<Saga> {
    const look = async () => {
      const saga = await this.saga(sagaId);
      return holds(saga) ? saga : undefined;
    };
    return waitFor(look, { what });
  }

  intervene<T = Saga>({ sagaId, revision }: Saga, wanted: object): Promise<Answer<T>> {
    const body = { revision, reason: 'a new version', ...wanted };
    return this.call<T>('POST', `sagas/${sagaId}/interventions`, body);
  }

  async send(type: string, key: string, data: unknown, more: object = {}): Promise<void> {
    await this.app.get(Outbox).transaction((unit) => {
      const event = { id: newId(), source: 'test', subject: key, topic: 'saga.inbox', key };
      const time = new Date().toISOString();
      unit.publish({ ...event, time, type: eventType(type), data, ...more });
      return Promise.resolve();
    });
  }

  /** By a message; the same `id` makes a copy of it. */
  move(
    { sagaId, orderId }: Saga,
    version: number,
    { from, ...more }: { id?: string; from?: number } = {},
  ): Promise<void> {
    const reason = { code: 'upgrade', message: 'a new version' };
    const which = from === undefined ? {} : { from };
    return this.send('saga.move', orderId, { sagaId, version, reason, ...which }, more);
  }

  /** Answers a command that is out: the step's, or with `undo` its compensation. */
  async answer(
    { sagaId, orderId }: Pick<Saga, 'sagaId' | 'orderId'>,
    step: string,
    fact: string,
    { undo = false, ...more }: { undo?: boolean; [field: string]: unknown } = {},
  ): Promise<void> {
    const idIn = (saga: Saga) => {
      const found = saga.steps.find(({ name }) => name === step);
      if (undo) return found?.compensation?.commandId;
      return found?.state === 'sent' ? found.commandId : undefined;
    };
    const saga = await this.until(sagaId, `the command of ${step}`, (one) => Boolean(idIn(one)));
    const data = { commandId: idIn(saga), outcome: 'succeeded', ...more };
    await this.send(fact, orderId, data, { correlationid: sagaId });
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

export class MovesWorld {
  private readonly running = new Set<Replica>();

  private constructor(
    private readonly closing: Closing,
    private readonly env: Record<string, string>,
    readonly topics: Topics,
    readonly database: Database,
  ) {}

  static async start(): Promise<MovesWorld> {
    const { closing, kafka, topicPrefix, databaseUrl, env: ground } = await openGround();
    const topics = new Topics({ kafka, topicPrefix });
    closing.add(() => topics.stop());
    const database = await openDatabase({
      ...{ url: databaseUrl, poolSize: 2, applicationName: 'world', migrations },
      log: new TestLog(),
    });
    closing.add(() => database.close());
    // nothing moves of its own accord but what a test wants
    const env = { ...ground, STEP_TIMEOUT_MS: '600000', STEP_ATTEMPTS: '5' };
    return new MovesWorld(closing, env, topics, database);
  }

  /** An orchestrator that knows these definitions and no others. */
  async replica(definitions: readonly SagaDefinition[]): Promise<Replica> {
    const warnings: string[] = [];
    const logger = createLogger(
      { service: 'test', level: 'warn' },
      { write: (line: string) => void warnings.push(line) },
    );
    const service: typeof orchestratorService = {
      ...orchestratorService,
      module: (settings, log) => AppModule.forRoot(settings, log, definitions),
    };
    const app = await createService(service, this.env, logger);
    const replica = new Replica(app, warnings, await keyOf(app.get(Database), 'operator', 'kim'));
    this.running.add(replica);
    // While they share out the messages, one may be read once more and add to a revision.
    await this.untilShared();
    return replica;
  }

  /** Its work goes over to the others. */
  async stopReplica(replica: Replica): Promise<void> {
    this.running.delete(replica);
    await replica.close();
  }

  /** Until every one of them has its share of the messages. */
  private async untilShared(): Promise<void> {
    const { TOPIC_PREFIX, KAFKA_BROKERS } = this.env;
    const isShared = async () => {
      const { groups } = await withAdmin(KAFKA_BROKERS ?? '', (admin) =>
        admin.describeGroups([`${TOPIC_PREFIX}orchestrator`]),
      );
      return groups.every(
        ({ state, members }) => state === 'Stable' && members.length === this.running.size,
      );
    };
    await waitFor(isShared, { what: 'all replicas in their group' });
  }

  async stop(): Promise<void> {
    for (const replica of this.running) this.closing.add(() => replica.close());
    await this.closing.all();
  }
}

/** A saga that has begun, by whatever version is the latest of this replica. */
export async function begin(replica: Replica, definition: string): Promise<Saga> {
  const orderId = randomUUID();
  const data = { definition, businessKey: orderId, input: { orderId } };
  await replica.send('saga.start', orderId, data);
  const look = async () => {
    const { items } = await replica.get<{ items: Saga[] }>(`sagas?orderId=${orderId}`);
    return items[0] && (await replica.saga(items[0].sagaId));
  };
  return waitFor(look, { what: `a saga '${definition}'` });
}
