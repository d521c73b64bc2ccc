/**
 * Raw SQL over TypeORM's connection pool. TypeORM brings the pool, migrations and repositories;
 * statements and transactions go to the driver directly: no events and no `[rows, count]` for
 * updates, BEGIN travels with the first statement, and the outcome of a commit is known or said to
 * be unknown.
 */
import type { Writable } from 'node:stream';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { asError, CommitUnknownError, sqlStateOf } from './errors.js';

/** Raw SQL inside one transaction. */
export interface Tx {
  /** @returns the rows, also those of `returning`; an empty list for statements without rows */
  query<Row>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

export interface PoolUse {
  readonly size: number;
  readonly idle: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
  readonly max: number;
}

/**
 * The server keeps a plan for each named statement of each connection. A statement text beyond this
 * many is sent without a name: texts that are put together at run time would fill its memory.
 */
const MAX_NAMED_STATEMENTS = 300;

export class Database {
  readonly #names = new Map<string, string>();

  constructor(readonly dataSource: DataSource) {}

  /** One statement in a transaction of its own. */
  async query<Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    const client = await this.#pool.connect();
    let failure: Error | undefined;
    try {
      return await this.#run<Row>(client, sql, params);
    } catch (error) {
      failure = asError(error);
      throw failure;
    } finally {
      client.release(failure !== undefined && sqlStateOf(failure) === undefined);
    }
  }

  /**
   * Commits when `work` resolves and rolls back when it rejects.
   * @throws CommitUnknownError when the connection was lost during the commit
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken = true;
    try {
      // It travels with the first statement where the connection allows that.
      withOthers(client);
      const begun = client.query('BEGIN').catch(asError);
      if (!isPipelined(client)) await begun;
      const tx: Tx = { query: (sql, params) => this.#run(client, sql, params) };
      let result: T;
      try {
        result = await work(tx);
      } catch (error) {
        broken = !(await rolledBack(client));
        throw error;
      }
      const beginFailure = await begun;
      if (beginFailure instanceof Error) throw beginFailure;
      await commit(client);
      broken = false;
      return result;
    } finally {
      client.release(broken);
    }
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }

  /** How the connections are used at the moment. */
  get pool(): PoolUse {
    const { totalCount, idleCount, waitingCount, options } = this.#pool;
    return { size: totalCount, idle: idleCount, waiting: waitingCount, max: options.max };
  }

  get #pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  async #run<Row>(client: PoolClient, text: string, params?: readonly unknown[]): Promise<Row[]> {
    const values = (params ?? []) as unknown[];
    const name = this.#nameOf(text);
    withOthers(client);
    const result = await client.query(
      name === undefined ? { text, values } : { name, text, values },
    );
    return (result.rows as Row[] | undefined) ?? [];
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= MAX_NAMED_STATEMENTS) return known;
    const name = `s${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}

const isPipelined = (client: PoolClient): boolean =>
  (client as { pipeline?: boolean }).pipeline === true;

/** All that is sent in one go, `BEGIN` with the first statement say, is written to the socket once. */
function withOthers(client: PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

async function commit(client: PoolClient): Promise<void> {
  let command: string;
  try {
    ({ command } = await client.query('COMMIT'));
  } catch (error) {
    if (isRefusedCommit(error)) throw error;
    throw new CommitUnknownError('the connection was lost during the commit', { cause: error });
  }
  // The server answers COMMIT with ROLLBACK, and no error, when a statement had failed before.
  if (command !== 'COMMIT') {
    throw new Error('a statement of this transaction failed and its error was not passed on');
  }
}

/** The server said no, and goes on living: then nothing was committed. */
const isRefusedCommit = (error: unknown): boolean => {
  const sqlState = sqlStateOf(error);
  return sqlState !== undefined && !/^(08|57P|58|XX)/.test(sqlState);
};

async function rolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
