import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createService, Database, type ServiceDefinition } from '#messaging';
import { createLogger, type serviceSettings } from '#platform';
import { createDatabase, freePort, testId, testPostgres } from '#testing';

/** Real servers on a machine that is busy with other things: slow is not wrong. */
jest.setTimeout(240_000);

type Json = Record<string, unknown>;

export interface Told {
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly id: string;
  readonly data: Json;
}

/** A service in this process, on a database of its own, without any broker. */
export class ServiceWorld {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly database: Database,
    /** Every line of the service's log, all levels. */
    readonly logged: readonly string[],
    /** Starts another process of the service, as far as its database can tell. */
    readonly replica: () => Promise<NestFastifyApplication>,
    private readonly end: () => Promise<void>,
  ) {}

  /** @param settings beyond those that every service has */
  static async start<Schema extends typeof serviceSettings>(
    service: ServiceDefinition<Schema>,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<ServiceWorld> {
    const postgres = await testPostgres();
    const database = await createDatabase(postgres, testId());
    const logged: string[] = [];
    const env = {
      PORT: '0',
      DATABASE_URL: database.url,
      // nobody listens there: the service must do its work without
      KAFKA_BROKERS: `127.0.0.1:${await freePort()}`,
      ...settings,
    };
    const logger = createLogger(
      { service: service.name, level: 'trace' },
      { write: (line) => void logged.push(line) },
    );
    const apps: NestFastifyApplication[] = [];
    const replica = async (): Promise<NestFastifyApplication> => {
      const app = await createService(service, env, logger);
      apps.push(app);
      await app.init();
      await app.getHttpAdapter().getInstance().ready();
      return app;
    };
    const app = await replica();
    return new ServiceWorld(app, app.get(Database), logged, replica, async () => {
      await Promise.all(apps.map((each) => each.close()));
      await database.drop().catch(() => undefined);
      await postgres.stop();
    });
  }

  stop(): Promise<void> {
    return this.end();
  }

  async ask(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
    app: NestFastifyApplication = this.app,
  ) {
    const answer = await app.inject({
      method,
      url,
      ...(body !== undefined && {
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      }),
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    });
    const text = answer.body;
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Json,
    };
  }

  /** The events that were committed, in the order in which they are published. */
  async told(key?: string): Promise<Told[]> {
    const rows = await this.database.query<{
      topic: string;
      key: string;
      headers: Record<string, string>;
      value: string;
    }>('select topic, key, headers, value from outbox order by epoch, seq');
    return rows
      .filter((row) => key === undefined || row.key === key)
      .map((row) => ({
        topic: row.topic,
        key: row.key,
        type: row.headers['ce_type'] ?? '',
        id: row.headers['ce_id'] ?? '',
        data: JSON.parse(row.value) as Json,
      }));
  }
}
