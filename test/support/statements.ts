/** How often the services ran each of their statements, counted by Postgres itself. */
import { ownPostgres, runSql, type PostgresServer } from '#testing';

/** What is counted, by what is said about it. */
const NAMES: readonly (readonly [string, RegExp])[] = [
  ['begin', /^begin$/i],
  ['commit', /^commit$/i],
  ['lock instances', /from saga_instance\s.*for update/s],
  ['insert instances', /^\s*insert into saga_instance/],
  ['update instances', /^\s*update saga_instance i\s/],
  ['append history', /^\s*insert into saga_history/],
  ['insert outbox', /insert into outbox \(/],
  ['load barrier', /^\s*select .*from barrier/s],
  ['insert barrier', /insert into barrier \(/],
  ['insert effects', /^\s*insert into bench_effect/],
  ['insert orders', /^\s*insert into bench_order/],
  ['poll', /parked_command|update saga_tick/],
  // By the clock or by whoever asks after its health, in no transaction with anything else.
  ['upkeep', /outbox_watermark|^select \$1$|^select \S+ from bulk_action\b/],
];

/** Calls by name; what has no name goes by its text. */
export type Calls = Readonly<Record<string, number>>;

/** A Postgres of the caller's own that counts its statements. */
export async function countingPostgres(): Promise<PostgresServer> {
  const postgres = await ownPostgres();
  try {
    await runSql(postgres.url, [
      `alter system set shared_preload_libraries = 'pg_stat_statements'`,
    ]);
    await postgres.stopServer();
    await postgres.startServer();
    await runSql(postgres.url, ['create extension pg_stat_statements']);
    return postgres;
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

export class Statements {
  constructor(private readonly postgres: Pick<PostgresServer, 'url'>) {}

  /** Begins to count anew. */
  async reset(): Promise<void> {
    await runSql(this.postgres.url, ['select pg_stat_statements_reset()']);
  }

  /** Of everybody who logged in under this name since the last reset. */
  async of(role: string): Promise<Calls> {
    const rows = await runSql(this.postgres.url, [
      `select query, sum(calls)::int as calls
         from pg_stat_statements where userid = '${role}'::regrole group by query`,
    ]);
    const calls: Record<string, number> = {};
    for (const row of rows as { query: string; calls: number }[]) {
      const name = nameOf(row.query);
      calls[name] = (calls[name] ?? 0) + row.calls;
    }
    return calls;
  }
}

const nameOf = (text: string): string =>
  NAMES.find(([, pattern]) => pattern.test(text))?.[0] ?? text.replaceAll(/\s+/g, ' ').trim();
