import pg from 'pg';

export interface TestDatabase {
  readonly name: string;
  readonly role: string;
  /** `postgres://` URL of the role, which owns the database and nothing else. */
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * A database that is as `original` is, which nobody may be connected to, and of the same role. Faster
 * than to make its tables anew.
 */
export async function copyDatabase(
  server: { readonly url: string },
  original: TestDatabase,
  name: string,
): Promise<TestDatabase> {
  const { role } = original;
  await withClient(server.url, async (client) => {
    const [copy, owner, template] = [name, role, original.name].map((id) =>
      client.escapeIdentifier(id),
    );
    await client.query(`create database ${copy} owner ${owner} template ${template}`);
    await client.query(`revoke connect on database ${copy} from public`);
  });
  const url = roleUrl(server.url, name, role);
  return { name, role, url, drop: () => dropDatabase(server, name) };
}

/**
 * Creates a role and a database that it owns, where they are missing: several callers may do so
 * at once. The password is the role's name.
 */
export async function createDatabase(
  server: { readonly url: string },
  name: string,
  role = name,
): Promise<TestDatabase> {
  await withClient(server.url, async (client) => {
    const owner = client.escapeIdentifier(role);
    const password = client.escapeLiteral(role);
    await unlessThere('42710', () =>
      client.query(`create role ${owner} login password ${password}`),
    );
    const database = client.escapeIdentifier(name);
    // template0 has no visitors, who would make the copy fail.
    await unlessThere('42P04', () =>
      client.query(`create database ${database} owner ${owner} template template0`),
    );
    await client.query(`revoke connect on database ${database} from public`);
  });
  const url = roleUrl(server.url, name, role);
  return { name, role, url, drop: () => dropDatabase(server, name, role) };
}

/** The URL under which a role reaches its database; no question is asked of the server. */
export function roleUrl(serverUrl: string, name: string, role = name): string {
  const url = new URL(serverUrl);
  url.username = role;
  url.password = role;
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs statements one after the other on one connection; resolves with the rows of the last. */
export async function runSql(
  url: string,
  statements: readonly string[],
): Promise<Record<string, unknown>[]> {
  let rows: Record<string, unknown>[] = [];
  await withClient(url, async (client) => {
    for (const statement of statements) {
      rows = (await client.query<Record<string, unknown>>(statement)).rows;
    }
  });
  return rows;
}

/** Drops it, and the role where one is named, also while somebody is connected. A missing one is no error. */
export async function dropDatabase(
  server: { readonly url: string },
  name: string,
  role?: string,
): Promise<void> {
  await withClient(server.url, async (client) => {
    await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
    if (role === undefined) return;
    await client.query(`drop role if exists ${client.escapeIdentifier(role)}`);
  });
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** 23505: two of us created it at the same moment. */
async function unlessThere(code: string, create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (![code, '23505'].includes(String((error as { code?: string }).code))) throw error;
  }
}
