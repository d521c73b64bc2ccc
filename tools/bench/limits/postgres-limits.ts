/** Commits and rows a second of the Postgres that every contender gets. */
import pg from 'pg';
import { closedLoop, type Done, type Loop } from './closed-loop.js';

const ROWS_A_STATEMENT = 500;
/** With its header about what a row of an outbox takes. */
const TEXT = 'x'.repeat(100);

const ONE = { name: 'one', text: 'insert into limit_row (worker, text) values ($1, $2)' };
const MANY = {
  name: 'many',
  text: 'insert into limit_row (worker, text) select $1, text from unnest($2::text[]) as n (text)',
};

export type Watch = Pick<Loop, 'windowMs' | 'onWindow' | 'signal'>;

/** One row a transaction, by so many connections. */
export const commits = (url: string, workers: number, watch: Watch): Promise<Done> =>
  withClients(url, workers, async (clients) =>
    closedLoop({
      ...watch,
      workers,
      once: async (worker) => {
        await (clients[worker] as pg.Client).query({ ...ONE, values: [worker, TEXT] });
        return 1;
      },
    }),
  );

/** 500 rows a statement and transaction, by two connections. */
export const rows = (url: string, watch: Watch): Promise<Done> =>
  withClients(url, 2, async (clients) => {
    const texts = Array.from({ length: ROWS_A_STATEMENT }, () => TEXT);
    return closedLoop({
      ...watch,
      workers: clients.length,
      once: async (worker) => {
        await (clients[worker] as pg.Client).query({ ...MANY, values: [worker, texts] });
        return ROWS_A_STATEMENT;
      },
    });
  });

async function withClients<T>(
  url: string,
  count: number,
  use: (clients: readonly pg.Client[]) => Promise<T>,
): Promise<T> {
  const clients = Array.from({ length: count }, () => new pg.Client({ connectionString: url }));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await clients[0]?.query(`
      create table if not exists limit_row (
        id bigint generated always as identity primary key, worker int, text text)`);
    return await use(clients);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
