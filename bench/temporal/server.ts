/** A Temporal server with its state in the given Postgres. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Child, freePorts } from '../child.ts';

const run = promisify(execFile);

const HISTORY_SHARDS = 4;
const CONNECTIONS = 20;
/** Collecting garbage less often: memory for time. */
const GOGC = '400';

/** One partition a queue: with one worker more of them only have to be asked in turn. */
const DYNAMIC_SETTINGS = `
matching.numTaskqueueReadPartitions: [{ value: 1 }]
matching.numTaskqueueWritePartitions: [{ value: 1 }]
frontend.namespaceRPS: [{ value: 100000 }]
frontend.rps: [{ value: 100000 }]
frontend.persistenceMaxQPS: [{ value: 100000 }]
history.persistenceMaxQPS: [{ value: 100000 }]
history.rps: [{ value: 100000 }]
matching.persistenceMaxQPS: [{ value: 100000 }]
matching.rps: [{ value: 100000 }]
`;

export interface TemporalServer {
  readonly address: string;
  readonly child: Child;
}

/** `programs`: the folder with the built server and its tool for SQL. */
export async function startServer(
  programs: string,
  databaseUrl: string,
  directory: string,
): Promise<TemporalServer> {
  await makeSchema(join(programs, 'sql'), databaseUrl, 'temporal');
  await makeSchema(join(programs, 'sql'), databaseUrl, 'visibility');
  const dynamicFile = join(directory, 'dynamic.yaml');
  writeFileSync(dynamicFile, DYNAMIC_SETTINGS);
  const ports = await freePorts(8);
  const file = join(directory, 'temporal.json');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(settings(new URL(databaseUrl), ports, dynamicFile), null, 2));
  const child = new Child({
    command: join(programs, 'server'),
    args: ['--config-file', file, '--allow-no-auth', 'start'],
    cwd: directory,
    env: { GOGC },
  });
  return { address: `127.0.0.1:${ports[0]}`, child };
}

async function makeSchema(tool: string, databaseUrl: string, name: string): Promise<void> {
  const { hostname, port, username, password } = new URL(databaseUrl);
  const sql = async (...args: string[]) => {
    const where = ['--plugin', 'postgres12_pgx', '--endpoint', hostname, '--port', port];
    const who = ['--user', username, '--password', password, '--database', name];
    await run(tool, [...where, ...who, ...args]);
  };
  await sql('create-database');
  await sql('setup-schema', '--version', '0.0');
  await sql('update-schema', '--schema-name', `postgresql/v12/${name}`);
}

function settings(database: URL, ports: readonly number[], dynamicFile: string) {
  const { host, username, password } = database;
  const store = (databaseName: string, connections: number) => ({
    sql: {
      pluginName: 'postgres12_pgx',
      databaseName,
      connectAddr: host,
      connectProtocol: 'tcp',
      user: username,
      password,
      maxConns: connections,
      maxIdleConns: connections,
      maxConnLifetime: '1h',
    },
  });
  const [frontend = 0] = ports;
  const names = ['frontend', 'matching', 'history', 'worker'];
  const service = (_: string, index: number) => ({
    rpc: {
      grpcPort: ports[2 * index],
      membershipPort: ports[2 * index + 1],
      bindOnLocalHost: true,
    },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: HISTORY_SHARDS,
      datastores: {
        default: store('temporal', CONNECTIONS),
        visibility: store('visibility', CONNECTIONS / 2),
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: Object.fromEntries(names.map((name, index) => [name, service(name, index)])),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${frontend}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicFile, pollInterval: '60s' },
  };
}
