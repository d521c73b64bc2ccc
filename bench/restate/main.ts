/** Restate: its server beside this process, which serves the handlers and asks for the sagas. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http2';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as restate from '@restatedev/restate-sdk';
import { Pool } from 'undici';
import { Child, freePorts } from '../child.ts';
import { Effects } from '../effects.ts';
import type { Outcome, RunSaga } from '../load.ts';
import { serve, type Contender, type Surroundings } from '../serve.ts';
import { versionOf } from '../version-of.ts';
import { stepsAsServices, stepsInProcess } from './services.ts';

const CONNECTIONS = 20;
const INGRESS_CONNECTIONS = 1000;
const PARTITIONS = 4;

const SERVER_PACKAGE = '@restatedev/restate-server';

async function start({ databaseUrl, directory, variant }: Surroundings): Promise<Contender> {
  const effects = await Effects.open(databaseUrl, CONNECTIONS);
  const services = variant === 'in-process' ? stepsInProcess(effects) : stepsAsServices(effects);
  const [endpointPort = 0, ...ports] = await freePorts(4);
  const endpoint = createServer(restate.createEndpointHandler({ services, logger }));
  await new Promise<void>((resolve) => endpoint.listen(endpointPort, '127.0.0.1', resolve));

  const [node = 0, ingress = 0, admin = 0] = ports;
  const server = startServer(directory, { node, ingress, admin });
  try {
    await server.ready(() => answers(`http://127.0.0.1:${admin}/health`));
    await server.ready(() => answers(`http://127.0.0.1:${ingress}/restate/health`));
    await server.ready(() => register(admin, endpointPort));
  } catch (error) {
    await server.stop();
    throw error;
  }
  const client = new Pool(`http://127.0.0.1:${ingress}`, { connections: INGRESS_CONNECTIONS });
  return {
    notes: [`Restate ${versionOf('@restatedev/restate-server')}`],
    runSaga: askFor(client),
    audit: () => effects.audit(),
    async stop() {
      await client.destroy();
      await server.stop();
      endpoint.close();
      await effects.close();
    },
  };
}

/** Each invocation is logged otherwise, and that costs. */
const logger: restate.LoggerTransport = ({ level }, message, ...more) => {
  if (level === 'warn' || level === 'error') console.error(message, ...more);
};

/** A request to the ingress that is answered when the saga is over. */
function askFor(client: Pool): RunSaga {
  return async (saga) => {
    const { statusCode, body } = await client.request({
      method: 'POST',
      path: '/order/place',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(saga),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`the ingress answered ${statusCode}: ${text}`);
    return JSON.parse(text) as Outcome;
  };
}

interface Ports {
  readonly node: number;
  readonly ingress: number;
  readonly admin: number;
}

/** What is not set here stays as it comes: its log is synced to disk before it answers. */
function startServer(directory: string, { node, ingress, admin }: Ports): Child {
  const settings = `
    base-dir = ${JSON.stringify(join(directory, 'restate'))}
    node-name = "bench"
    cluster-name = "bench"
    listen-mode = "tcp"
    bind-address = "127.0.0.1:${node}"
    advertised-address = "http://127.0.0.1:${node}"
    default-num-partitions = ${PARTITIONS}
    disable-telemetry = true
    log-filter = "warn"
    log-disable-ansi-codes = true
    [ingress]
    bind-address = "127.0.0.1:${ingress}"
    advertised-address = "http://127.0.0.1:${ingress}"
    [admin]
    bind-address = "127.0.0.1:${admin}"
    advertised-address = "http://127.0.0.1:${admin}"
    disable-web-ui = true
  `;
  const file = join(directory, 'restate.toml');
  writeFileSync(file, settings);
  return new Child({
    command: serverProgram(),
    args: ['--no-logo', '--config-file', file],
    cwd: directory,
  });
}

/** The program itself: the script that npm puts before it would be a process more. */
function serverProgram(): string {
  const require = createRequire(
    createRequire(import.meta.url).resolve(`${SERVER_PACKAGE}/package.json`),
  );
  const platform = `${SERVER_PACKAGE}-${process.platform}-${process.arch}`;
  return require.resolve(`${platform}/bin/restate-server`);
}

async function register(admin: number, endpointPort: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${admin}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: `http://127.0.0.1:${endpointPort}` }),
  });
  if (!response.ok) throw new Error(`registration failed: ${await response.text()}`);
}

async function answers(url: string): Promise<void> {
  const response = await fetch(url);
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}

await serve(start);
