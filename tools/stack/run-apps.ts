import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  appSpec,
  isReader,
  isService,
  READER_NICENESS,
  roleUrl,
  spawnService,
  waitFor,
  type AppName,
  type ServiceProcess,
  type Surroundings,
} from '#testing';
import { explain } from './explain.js';
import { readHealth } from './health.js';
import type { Progress } from './progress.js';
import {
  appPort,
  appPorts,
  appUrl,
  stackPaths,
  StackProblem,
  type StackSettings,
} from './settings.js';
import { StopRequested, type Supervisor } from './supervisor.js';

const READY_TIMEOUT_MS = 120_000;

/** Starts sandboxes and services at the same time, and waits until each can do its work. */
export async function startApps(
  settings: StackSettings,
  supervisor: Supervisor,
  progress: Progress,
  only: readonly AppName[],
): Promise<void> {
  await Promise.all(
    only.map((name) => {
      const start = async (): Promise<void> => {
        await runApp(settings, supervisor, name, only);
        await untilReady(settings, name);
      };
      return supervisor.track(progress.step(name, start, () => appUrl(settings, name)));
    }),
  );
}

async function runApp(
  settings: StackSettings,
  supervisor: Supervisor,
  name: AppName,
  only: readonly AppName[],
): Promise<ServiceProcess> {
  const start = async (): Promise<ServiceProcess> => {
    const app = await spawnService({
      name,
      port: appPort(settings, name),
      env: {
        ...appEnvironment(settings, supervisor, name),
        ...(name === 'order' && orderChecks(only)),
      },
      logFile: join(stackPaths(settings).logs, `${name}.log`),
      tracesToSources: true,
      ...(isReader(name) && { niceness: READER_NICENESS }),
    });
    const { pid, logFile } = app;
    await supervisor.add({
      name,
      address: appUrl(settings, name),
      logFile,
      pid,
      stop: () => app.stop(),
    });
    return app;
  };
  try {
    const app = await start();
    supervisor.watch(app, start);
    return app;
  } catch (error) {
    if (error instanceof StopRequested) throw error;
    throw new StackProblem(explain(name, error));
  }
}

/** Without the services that tell it what there is, the order service could accept nothing. */
const orderChecks = (only: readonly AppName[]): Record<string, string> => ({
  ORDER_CHECKS: only.includes('catalog') && only.includes('customer') ? 'on' : 'off',
  MERCHANT_CHECKS: only.includes('merchant') ? 'on' : 'off',
  // and nobody could make a key
  ORDER_API_KEYS: only.includes('merchant') ? 'required' : 'off',
});

/** The settings of an app in this stack. */
function appEnvironment(
  settings: StackSettings,
  supervisor: Supervisor,
  name: AppName,
): Record<string, string> {
  const ports = appPorts(settings, name);
  const around: Surroundings = {
    url: (app) => appUrl(settings, app),
    smtp: `127.0.0.1:${appPorts(settings, 'sandbox-mail')['SMTP_PORT']}`,
    paymentTokenKey: paymentTokenKey(stackPaths(settings).tokenKey),
  };
  const { postgresUrl = '', kafka } = supervisor.state;
  return {
    ...Object.fromEntries(Object.entries(ports).map(([key, port]) => [key, String(port)])),
    ...(isService(name)
      ? { DATABASE_URL: roleUrl(postgresUrl, name), KAFKA_BROKERS: kafka?.brokers ?? '' }
      : { SANDBOX_DATA_DIR: join(stackPaths(settings).data, name) }),
    ...appSpec(name).settings(around),
  };
}

/** Kept with the data: sealed tokens of the last run lie in topics and tables. */
function paymentTokenKey(file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(dirname(file), { recursive: true });
  const key = randomBytes(32).toString('base64');
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return key;
}

async function untilReady(settings: StackSettings, name: AppName): Promise<void> {
  const url = appUrl(settings, name);
  let last = '';
  try {
    await waitFor(
      async () => {
        const health = await readHealth(url);
        last = health.detail;
        return health.ok;
      },
      { what: 'health', timeoutMs: READY_TIMEOUT_MS, intervalMs: 200 },
    );
  } catch {
    throw new StackProblem(
      `${name} runs but is not able to work after ${READY_TIMEOUT_MS / 1000} s: ${last} ` +
        `(${url}/health; log: ${join(stackPaths(settings).logs, `${name}.log`)})`,
    );
  }
}
