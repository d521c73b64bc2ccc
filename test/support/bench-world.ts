/** The benchmark's own system on a Postgres that counts, and on the tests' broker. */
import {
  dataFolder,
  runSql,
  testId,
  testKafka,
  waitFor,
  type KafkaServer,
  type PostgresServer,
} from '#testing';
import { BenchSystem, ROLES, type Role } from '../../tools/bench/own/system.js';
import { countingPostgres, Statements, type Calls } from './statements.js';
import { Topics } from './topics.js';

/** What was sent to one topic. */
interface Sent {
  readonly messages: number;
  /** Of keys, values, and names and values of headers. */
  readonly bytes: number;
}

const SENT = `
  select topic, count(*)::int as messages,
         sum(octet_length(key) + octet_length(value) + (
           select sum(octet_length(h.key) + octet_length(h.value))
             from json_each_text(headers) as h))::int as bytes
    from outbox group by topic`;

/** An hour: no timer comes between, however slow the machine. */
const NEVER_MS = '3600000';

export class BenchWorld {
  private constructor(
    readonly system: BenchSystem,
    readonly topics: Topics,
    private readonly postgres: PostgresServer,
    private readonly kafka: KafkaServer,
  ) {}

  /** `later`: processes that the test starts when it is time. */
  static async start(later: readonly Role[]): Promise<BenchWorld> {
    const kafka = await testKafka();
    const postgres = await countingPostgres().catch(async (error: unknown) => {
      await kafka.stop();
      throw error;
    });
    const id = testId();
    const broker = { brokers: kafka.brokers, topicPrefix: `${id}.` };
    const system = new BenchSystem({
      postgresUrl: postgres.url,
      folder: dataFolder('test-logs', id),
      broker,
      env: { orchestrator: { TIMER_POLL_MS: NEVER_MS, STEP_TIMEOUT_MS: NEVER_MS } },
      later,
    });
    const topics = new Topics({ kafka, topicPrefix: broker.topicPrefix });
    const world = new BenchWorld(system, topics, postgres, kafka);
    try {
      await system.start();
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  async place(orderIds: readonly string[]): Promise<void> {
    await Promise.all(orderIds.map((orderId) => this.system.place(orderId, false)));
  }

  /** The statements of each process while `work` runs. */
  async counting(work: () => Promise<void>): Promise<Record<Role, Calls>> {
    const statements = new Statements(this.postgres);
    await statements.reset();
    await work();
    const calls = ROLES.map(async (role) => [role, await statements.of(`bench_${role}`)] as const);
    return Object.fromEntries(await Promise.all(calls)) as Record<Role, Calls>;
  }

  async untilHolds(topic: string, count: number): Promise<void> {
    const holds = async () => ((await this.topics.counts([topic]))[topic] ?? 0) >= count;
    await waitFor(holds, { what: `${count} messages in ${topic}`, timeoutMs: 120_000 });
  }

  async untilCompleted(count: number): Promise<void> {
    const completed = () => this.rows('orchestrator', `saga_instance where state = 'completed'`);
    const what = `${count} completed sagas`;
    await waitFor(async () => (await completed()) === count, { what, timeoutMs: 120_000 });
  }

  async rows(role: Role, table: string): Promise<number> {
    const [row] = await this.ask(role, `select count(*)::int as count from ${table}`);
    return row?.['count'] as number;
  }

  /** All that was sent by anybody, by topic. */
  async outboxes(): Promise<Map<string, Sent>> {
    const sent = new Map<string, Sent>();
    for (const role of ROLES) {
      const rows = (await this.ask(role, SENT)) as unknown as ({ topic: string } & Sent)[];
      for (const { topic, messages, bytes } of rows) {
        const before = sent.get(topic) ?? { messages: 0, bytes: 0 };
        sent.set(topic, { messages: before.messages + messages, bytes: before.bytes + bytes });
      }
    }
    return sent;
  }

  /** As the superuser, whose statements are not counted. */
  private ask(role: Role, sql: string): Promise<Record<string, unknown>[]> {
    const { pathname } = new URL(this.system.databaseOf(role));
    return runSql(new URL(pathname, this.postgres.url).href, [sql]);
  }

  async stop(): Promise<void> {
    await this.system.stop();
    await Promise.all([this.topics.stop(), this.kafka.stop(), this.postgres.stop()]);
  }
}
