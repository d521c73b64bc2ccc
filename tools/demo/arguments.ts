/** What can be said after `npm run demo --`. */
import { parseArgs } from 'node:util';
import { appSpec, type AppName } from '#testing';
import { readKeysFile } from '../stack/keys-file.js';
import { stackPaths, stackSettings } from '../stack/settings.js';

/** The parts that the demo talks to. */
export const PARTS = [
  'order',
  'orchestrator',
  'inventory',
  'catalog',
  'customer',
  'merchant',
  'sandbox-payment',
  'sandbox-carrier',
  'sandbox-mail',
] as const satisfies readonly AppName[];
/** Those who may come later: what happens does not depend on them. */
const LATER = [
  'analytics',
  'accounting',
  'settlement',
  'withdrawal',
  'audit',
  'sandbox-bank',
] as const satisfies readonly AppName[];
export const ALL_PARTS = [...PARTS, ...LATER] as const;
export type Part = (typeof ALL_PARTS)[number];

export interface DemoOptions {
  readonly orders: number;
  readonly concurrency: number;
  /** Milliseconds without any order settling, after which waiting ends. */
  readonly patienceMs: number;
  /** Opens the admin API to a reader. */
  readonly readerKey: string;
  /** Base address of each part, without a slash at the end. */
  readonly urls: Readonly<Record<Part, string>>;
}

/** Something the user can do something about: shown as one line. */
export class DemoProblem extends Error {
  override readonly name = 'DemoProblem';
}

export const HELP = `npm run demo [-- options]

Replays real orders (UCI Online Retail) against the running stack ("npm start"), some of them with a
card that is declined, an address that nobody delivers to, or goods that run out, and then compares
the books of payment provider, carrier and mail server, and the stock, with the outcome of each order.
Exits with 1 when anything does not add up.

  --orders N            how many orders to place (default 1200)
  --concurrency N       how many requests at a time (default 32)
  --patience SECONDS    give up when no order settled for so long (default 90)
  --url PART=ADDRESS    where a part is, if not where "npm start" has it; may be repeated
                        parts: ${PARTS.join(', ')},
                          ${LATER.join(', ')}
  --help                this text

STACK_PORT_OFFSET moves all ports, as it does for the stack. READER_KEY is a key for the admin API where
the stack was not started by "npm start", which has written one down.`;

/** @throws DemoProblem naming the option that is wrong. `undefined`: help was asked for. */
export const readArguments = (
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): DemoOptions | undefined => {
  const values = parse(args);
  if (values.help === true) return undefined;
  return {
    orders: whole('--orders', values.orders, 1, 1_000_000),
    concurrency: whole('--concurrency', values.concurrency, 1, 1_000),
    patienceMs: whole('--patience', values.patience, 1, 86_400) * 1000,
    urls: addresses(values.url ?? [], env),
    readerKey: readerKey(env),
  };
};

const readerKey = (env: NodeJS.ProcessEnv): string => {
  const key = env['READER_KEY'] || readKeysFile(stackPaths(stackSettings(env)).keys).READER_KEY;
  if (key !== undefined) return key;
  throw new DemoProblem(
    'There is no key for the admin API: "npm start" makes one, or READER_KEY is one that ' +
      '"npm run saga -- keys create" has made.',
  );
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        orders: { type: 'string', default: '1200' },
        concurrency: { type: 'string', default: '32' },
        patience: { type: 'string', default: '90' },
        url: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new DemoProblem(`${message.replace(/\.?$/, '.')} See "npm run demo -- --help".`);
  }
};

const whole = (name: string, text: string, min: number, max: number): number => {
  const value = Number(text);
  if (/^\d{1,7}$/.test(text) && value >= min && value <= max) return value;
  throw new DemoProblem(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
};

const addresses = (given: readonly string[], env: NodeJS.ProcessEnv): Record<Part, string> => {
  const offset = whole('STACK_PORT_OFFSET', env['STACK_PORT_OFFSET'] || '0', 0, 60_000);
  const urls = Object.fromEntries(
    ALL_PARTS.map((part) => [part, `http://127.0.0.1:${appSpec(part).port + offset}`]),
  ) as Record<Part, string>;
  for (const entry of given) {
    const [name = '', address = ''] = entry.split(/=(.*)/s);
    const part = ALL_PARTS.find((known) => known === name);
    if (part === undefined) {
      throw new DemoProblem(`--url knows no part "${name}"; there are: ${ALL_PARTS.join(', ')}.`);
    }
    if (!/^https?:\/\/[^/]/.test(address) || !URL.canParse(address)) {
      throw new DemoProblem(`--url ${part}= wants an http address, not "${address}".`);
    }
    urls[part] = address.replace(/\/+$/, '');
  }
  return urls;
};
