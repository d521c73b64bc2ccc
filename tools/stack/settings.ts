import { join, resolve } from 'node:path';
import { appSpec, apps, projectRoot, type AppName } from '#testing';

/** Where the development stack lies and listens; all of it can be moved by the environment. */
export interface StackSettings {
  /** Everything it writes: data, logs, its state. */
  readonly dataDir: string;
  /** Added to every port of the table, so that two stacks can run side by side. */
  readonly portOffset: number;
  readonly postgresPort: number;
  readonly kafkaPort: number;
  /** Of the start page. */
  readonly pagePort: number;
  /** Given servers, used instead of our own. */
  readonly databaseUrl: string | undefined;
  readonly kafkaBrokers: string | undefined;
  readonly kafkaMode: 'auto' | 'container' | 'local';
}

/** Something the user can do something about: shown as it is, without a stack. */
export class StackProblem extends Error {
  override readonly name = 'StackProblem';
}

// Not the usual ones: a Postgres of the system often has 5432.
const POSTGRES_PORT = 15432;
const KAFKA_PORT = 19092;
const PAGE_PORT = 3999;

export function stackSettings(env: NodeJS.ProcessEnv = process.env): StackSettings {
  const portOffset = number(env, 'STACK_PORT_OFFSET', 0);
  const mode = env['STACK_KAFKA'] || 'auto';
  if (mode !== 'auto' && mode !== 'container' && mode !== 'local') {
    throw new StackProblem(`STACK_KAFKA must be auto, container or local, not "${mode}".`);
  }
  return {
    dataDir: resolve(projectRoot(), env['STACK_DATA_DIR'] || '.data'),
    portOffset,
    postgresPort: POSTGRES_PORT + portOffset,
    kafkaPort: KAFKA_PORT + portOffset,
    pagePort: number(env, 'STACK_PAGE_PORT', PAGE_PORT) + portOffset,
    databaseUrl: env['DATABASE_URL'] || undefined,
    kafkaBrokers: env['KAFKA_BROKERS'] || undefined,
    kafkaMode: mode,
  };
}

function number(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const text = env[name];
  if (!text) return otherwise;
  if (!/^\d{1,5}$/.test(text)) throw new StackProblem(`${name} must be a number, not "${text}".`);
  return Number(text);
}

export interface Paths {
  readonly data: string;
  readonly logs: string;
  readonly state: string;
  readonly tokenKey: string;
  /** What opens the APIs of this stack; see keys-file.ts. */
  readonly keys: string;
}

export function stackPaths({ dataDir }: StackSettings): Paths {
  const data = join(dataDir, 'stack');
  return {
    data,
    logs: join(dataDir, 'logs'),
    state: join(data, 'state.json'),
    tokenKey: join(data, 'payment-token-key'),
    keys: join(data, 'keys.env'),
  };
}

export const appPort = (settings: StackSettings, name: AppName): number =>
  appSpec(name).port + settings.portOffset;

export const appUrl = (settings: StackSettings, name: AppName): string =>
  `http://127.0.0.1:${appPort(settings, name)}`;

/** Every port an app listens on, with the setting that names it. */
export function appPorts(settings: StackSettings, name: AppName): Record<string, number> {
  const extra = Object.entries(appSpec(name).extraPorts);
  return Object.fromEntries([
    ['PORT', appPort(settings, name)],
    ...extra.map(([variable, port]) => [variable, port + settings.portOffset] as const),
  ]);
}

/** Names as the user may shorten them (`mail` is sandbox-mail). Throws for a name nobody has. */
export function appsNamed(list: readonly string[]): AppName[] {
  return list.map((wanted) => {
    const found = apps.find(({ name }) => name === wanted || name === `sandbox-${wanted}`);
    if (!found) {
      const names = apps.map(({ name }) => name).join(', ');
      throw new StackProblem(`There is no service "${wanted}". There are: ${names}.`);
    }
    return found.name;
  });
}
