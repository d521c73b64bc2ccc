/** Orchestrators over real Kafka and Postgres, and dead letters as services put them aside. */
import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventType } from '#contracts';
import {
  createService,
  Database,
  DEAD_LETTER_TYPE,
  deadLetterTopicOf,
  openDatabase,
  type DeadLetterData,
} from '#messaging';
import { migrations } from '#migrations/orchestrator';
import { createLogger } from '#platform';
import { createDatabase, testId, waitFor } from '#testing';
import { inventoryService } from '../../../apps/inventory/src/service.js';
import { orchestratorService } from '../../../apps/orchestrator/src/service.js';
import { Topics, type OutgoingMessage, type StoredMessage } from '../../support/topics.js';
import { Closing, TestLog } from '../messaging/harness.js';
import { keyOf } from './access-keys.js';
import { openGround } from './ground.js';

jest.setTimeout(240_000);

export interface Letter {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly code: string;
  readonly message: string;
  readonly readers: string[];
  readonly status: string;
  readonly attempt: number;
  readonly redriveOf?: string;
  readonly sagaId?: string;
  readonly notRedrivable?: string;
  readonly closed?: { at: string; by: string; reason: string };
}
export interface WholeLetter extends Letter {
  readonly headers: Record<string, string>;
  readonly value: { text?: string; base64?: string } | null;
  readonly diedAgainAs: string[];
}
export interface Decided {
  readonly done: number;
  readonly refused: { id: string; why: string }[];
  readonly nextCursor?: string;
}

export class DeadLetterWorld {
  private constructor(
    private readonly closing: Closing,
    readonly env: Record<string, string>,
    readonly topics: Topics,
    /** The orchestrators' one. */
    readonly database: Database,
    private readonly postgresUrl: { readonly url: string },
    readonly key: string,
  ) {}

  static async start(): Promise<DeadLetterWorld> {
    const { closing, postgres, kafka, topicPrefix, databaseUrl, env: ground } = await openGround();
    const topics = new Topics({ kafka, topicPrefix });
    closing.add(() => topics.stop());
    const database = await openDatabase({
      ...{ url: databaseUrl, poolSize: 3, applicationName: 'world', migrations },
      log: new TestLog(),
    });
    closing.add(() => database.close());
    const env = { ...ground, STEP_TIMEOUT_MS: '60000' };
    const key = await keyOf(database, 'operator', 'kim');
    return new DeadLetterWorld(closing, env, topics, database, postgres, key);
  }

  stop(): Promise<void> {
    return this.closing.all();
  }

  onStop(close: () => Promise<unknown>): void {
    this.closing.add(close);
  }

  /** An orchestrator; each further one is a replica. */
  async orchestrator(): Promise<NestFastifyApplication> {
    const app = await this.serve(() => createService(orchestratorService, this.env, silent()));
    keys.set(app, this.key);
    return app;
  }

  /** An inventory service that gives a command up after its first try, and its database. */
  async inventory(): Promise<Database> {
    const own = await createDatabase(this.postgresUrl, testId());
    this.closing.add(() => own.drop());
    const env = { ...this.env, DATABASE_URL: own.url, PARK_ATTEMPTS: '2', PARK_BACKOFF_MS: '10' };
    const app = await this.serve(() => createService(inventoryService, env, silent()));
    return app.get(Database);
  }

  private async serve(begin: () => Promise<NestFastifyApplication>) {
    const app = await begin();
    this.closing.add(() => app.close());
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    return app;
  }

  /** Waits until so many dead letters are known. */
  untilStored(count: number, where = 'true'): Promise<unknown> {
    return waitFor(
      async () => {
        const found = await this.rows(where);
        if (found < count) throw new Error(`${found} of ${count}`);
        return true;
      },
      { what: `${count} dead letters`, timeoutMs: 90_000 },
    );
  }

  async rows(where = 'true'): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `select count(*)::int as count from dead_letter where ${where}`,
    );
    return row?.count ?? 0;
  }

  /** What lies in a topic, with the headers that begin with `ce_redrive`, if any. */
  async sentAgain(topic: string): Promise<StoredMessage[]> {
    const all = await this.topics.readAll([topic]);
    return all.filter(({ headers }) => headers['ce_redrive'] !== undefined);
  }
}

const keys = new WeakMap<NestFastifyApplication, string>();

const silent = () => createLogger({ service: 'test', level: 'silent' });

export interface Died extends Partial<DeadLetterData> {
  readonly topic: string;
  readonly code?: string;
  readonly by?: string;
  readonly time?: string;
}

/** A dead letter as a service publishes it; the original was a CloudEvent of our own. */
export function letterOf({ code = 'handler-failed', by, time, ...given }: Died): OutgoingMessage {
  const { topic, partition = 0, offset = '0', key = 'k-1' } = given;
  const headers = {
    ...{ ce_specversion: '1.0', ce_id: `id-${topic}-${partition}-${offset}`, ce_source: 'test' },
    ...{ ce_type: eventType('test.happened'), ce_subject: key, ce_chain: '3 1*a|b' },
  };
  const data: DeadLetterData = {
    ...{ topic, partition, offset, key, headers, value: '{"a": 1}' },
    ...given,
  };
  return {
    topic: deadLetterTopicOf(topic),
    key: data.key,
    headers: {
      ...{ ce_specversion: '1.0', ce_id: `dead:${topic}/${partition}/${offset}` },
      ...{ ce_source: `/${topic}`, ce_type: DEAD_LETTER_TYPE, ce_subject: 's' },
      ce_time: time ?? new Date().toISOString(),
      ...{ ce_correlationid: 'saga-of-letter', ce_deadcode: code, ce_deadmessage: 'because' },
      ...{ ce_deadtype: data.headers['ce_type'] ?? '', ...(by !== undefined && { ce_deadby: by }) },
    },
    value: JSON.stringify(data),
  };
}

/** Any route of the admin API, with a key. */
export const inject = (app: NestFastifyApplication, url: string, payload?: object) =>
  app.inject({
    ...{ method: payload === undefined ? 'GET' : 'POST', url },
    headers: { 'x-api-key': keys.get(app) ?? '' },
    ...(payload !== undefined && { payload }),
  });

export async function ask<Answer>(
  app: NestFastifyApplication,
  url: string,
  body?: object,
): Promise<Answer> {
  const answer = await inject(app, `/admin/dead-letters${url}`, body);
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${answer.body}`);
  return answer.json<Answer>();
}

export const listOf = async (app: NestFastifyApplication, query = ''): Promise<Letter[]> =>
  (await ask<{ items: Letter[] }>(app, `?limit=200${query}`)).items;

export const redrive = (app: NestFastifyApplication, body: object): Promise<Decided> =>
  ask(app, '/redrive', { reason: 'mended', ...body });

export const newKey = (): string => randomUUID();
