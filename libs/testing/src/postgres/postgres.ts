import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { ManagedProcess, NEVER_ENDS, type ProcessExit } from '../process/managed-process.js';
import { freePort } from '../ports.js';
import { temporaryFolder } from '../run-mark.js';
import { waitFor } from '../wait-for.js';
import { exists, postgresBinaries, postgresUser, type RunAs } from './postgres-binaries.js';

const run = promisify(execFile);

export interface PostgresOptions {
  /** Use this server (URL of a superuser) instead of starting one. */
  url?: string;
  /** Kept between runs; default: a folder that goes away with stop(). */
  dataDir?: string;
  port?: number;
  logFile?: string;
  /** Default true. Off, a crash of the machine (not of Postgres) may lose data; good for tests. */
  fsync?: boolean;
}

/** How a server is stopped: `fast` rolls back and closes, `immediate` is a crash. */
export type PostgresStopMode = 'fast' | 'immediate';

export interface PostgresServer {
  /** `postgres://` URL of the superuser, database `postgres`. */
  readonly url: string;
  readonly kind: 'local' | 'given';
  /** Of the running server; undefined while it is stopped, or for a given one. */
  readonly pid: number | undefined;
  /** Resolves when the server that runs now ends, however; for a given one, never. */
  readonly exited: Promise<ProcessExit>;
  /** Stops it for good; its data goes unless `dataDir` was given. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Takes it away for a while, keeping data and port. */
  stopServer(mode?: PostgresStopMode): Promise<void>;
  startServer(): Promise<void>;
}

/** Starts a Postgres of its own, or adopts the one at `url`; resolves when it answers. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  if (options.url !== undefined) return givenPostgres(options.url);
  const port = options.port ?? (await freePort());
  const temporary = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await temporaryFolder('postgres'));
  const server = new LocalPostgres({
    dataDir,
    port,
    temporary,
    logFile: options.logFile ?? (temporary ? join(dataDir, 'log') : `${dataDir}.log`),
    fsync: options.fsync ?? true,
  });
  await server.initialise();
  await server.startServer();
  return server;
}

interface LocalSettings {
  dataDir: string;
  port: number;
  temporary: boolean;
  logFile: string;
  fsync: boolean;
}

class LocalPostgres implements PostgresServer {
  readonly kind = 'local';
  url = '';
  private process: ManagedProcess | undefined;
  private runAs: RunAs = { wrapper: [] };
  private password = '';

  constructor(private readonly settings: LocalSettings) {}

  get pid(): number | undefined {
    return this.process?.ended ? undefined : this.process?.pid;
  }

  get exited(): Promise<ProcessExit> {
    return this.process?.exited ?? NEVER_ENDS;
  }

  private get clusterDir(): string {
    return join(this.settings.dataDir, 'cluster');
  }

  /** Makes the cluster when there is none; a half-made one is made again. */
  async initialise(): Promise<void> {
    const { dataDir, port } = this.settings;
    const { initdb } = await postgresBinaries();
    await mkdir(dataDir, { recursive: true });
    this.runAs = await postgresUser(dataDir, dirname(initdb));
    const secret = join(dataDir, 'password');
    if (await exists(secret)) {
      this.password = (await readFile(secret, 'utf8')).trim();
    } else {
      this.password = randomBytes(12).toString('hex');
      await this.initdb(initdb);
      // Written last: its presence says that the cluster is whole.
      await writeFile(secret, `${this.password}\n`, { mode: 0o600 });
    }
    this.url = `postgres://postgres:${this.password}@127.0.0.1:${port}/postgres`;
  }

  private async initdb(initdb: string): Promise<void> {
    const owner = this.runAs.user ?? (await this.wrappedUser());
    await rm(this.clusterDir, { recursive: true, force: true });
    await mkdir(this.clusterDir, { mode: 0o700 });
    const passwordFile = join(this.settings.dataDir, 'initial-password');
    await writeFile(passwordFile, `${this.password}\n`, { mode: 0o600 });
    if (owner) {
      await chown(this.clusterDir, owner.uid, owner.gid);
      await chown(passwordFile, owner.uid, owner.gid);
    }
    const args = [
      ...['-D', this.clusterDir, '-U', 'postgres', '--auth=scram-sha-256', '--no-instructions'],
      ...['--encoding=UTF8', '--locale=C', `--pwfile=${passwordFile}`],
      ...(this.settings.fsync ? [] : ['--no-sync']),
    ];
    const [command, ...rest] = [...this.runAs.wrapper, initdb, ...args];
    try {
      await run(command ?? initdb, rest, { ...this.runAs.user, env: this.environment() });
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      const why = (stderr ?? '').split('\n').find((line) => /error|fatal/i.test(line)) ?? message;
      throw new Error(`Postgres cannot make its data folder ${this.clusterDir}: ${why.trim()}`, {
        cause: error,
      });
    } finally {
      await rm(passwordFile, { force: true });
    }
  }

  private async wrappedUser(): Promise<{ uid: number; gid: number } | undefined> {
    const value = (flag: string) =>
      Number(this.runAs.wrapper.find((part) => part.startsWith(flag))?.slice(flag.length));
    return this.runAs.wrapper.length === 0
      ? undefined
      : { uid: value('--reuid='), gid: value('--regid=') };
  }

  private environment(): NodeJS.ProcessEnv {
    return { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C', TZ: 'UTC' };
  }

  async startServer(): Promise<void> {
    if (this.pid !== undefined) return;
    const { postgres } = await postgresBinaries();
    const { port, logFile, fsync } = this.settings;
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '400',
      shared_buffers: '128MB',
      fsync: fsync ? 'on' : 'off',
      timezone: 'UTC',
    };
    const args = [
      ...['-D', this.clusterDir, '-p', String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
    const [command, ...rest] = [...this.runAs.wrapper, postgres, ...args];
    const started = await ManagedProcess.start({
      name: 'Postgres',
      command: command ?? postgres,
      args: rest,
      env: this.environment(),
      logFile,
      // Immediate shutdown: children end too, which SIGKILL of the parent would not bring about.
      lastResort: 'SIGQUIT',
      ...(this.runAs.user ? { user: this.runAs.user } : {}),
    });
    this.process = started;
    await waitFor(() => started.ended !== undefined || answers(this.url), {
      what: `Postgres on port ${port} to answer (log: ${logFile})`,
      timeoutMs: 60_000,
    });
    if (started.ended) throw await started.failure(`did not start on port ${port}`);
  }

  async stopServer(mode: PostgresStopMode = 'fast'): Promise<void> {
    await this.process?.stop(mode === 'fast' ? 'SIGINT' : 'SIGQUIT', 30_000);
  }

  async stop(): Promise<void> {
    await this.stopServer(this.settings.temporary ? 'immediate' : 'fast');
    if (this.settings.temporary) {
      await rm(this.settings.dataDir, { recursive: true, force: true });
    }
  }

  async kill(): Promise<void> {
    await this.stopServer('immediate');
    await this.stop();
  }
}

async function givenPostgres(url: string): Promise<PostgresServer> {
  // Refused is refused at once; a server on a busy machine may take its time.
  if (!(await answers(url, 30_000))) {
    const { host } = new URL(url);
    throw new Error(`DATABASE_URL is set, but no Postgres answers there (${host}).`);
  }
  const notOurs = () => Promise.reject(new Error('This Postgres was given, not started here.'));
  return {
    url,
    kind: 'given',
    pid: undefined,
    exited: NEVER_ENDS,
    stop: () => Promise.resolve(),
    kill: () => Promise.resolve(),
    stopServer: notOurs,
    startServer: notOurs,
  };
}

async function answers(url: string, withinMs = 3_000): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: withinMs });
  // Without a listener a server that goes down while we connect would end this process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
