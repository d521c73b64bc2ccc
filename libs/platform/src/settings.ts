/**
 * Settings come from the environment and are checked once, at start: a service runs with a typed
 * object or does not run at all.
 */
import { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown with every wrong or missing variable at once, so that a start is not a guessing game. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly { variable: string; message: string }[]) {
    super(problems.map(({ variable, message }) => `${variable}: ${message}`).join('; '));
    this.name = 'SettingsError';
  }
}

/**
 * Reads the variables that the schema names. An empty variable counts as unset, because that is
 * what compose files and shells pass on for a variable that nobody set.
 * Messages never repeat a value: some of these are secrets.
 */
export function settings<Schema extends z.ZodObject>(
  schema: Schema,
  env: Environment = process.env,
): z.output<Schema> {
  const given: Record<string, string> = {};
  for (const variable of Object.keys(schema.shape)) {
    const value = env[variable]?.trim();
    if (value) given[variable] = value;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new SettingsError(
    parsed.error.issues.map((issue) => {
      const variable = String(issue.path[0] ?? '');
      return { variable, message: given[variable] === undefined ? 'is missing' : issue.message };
    }),
  );
}

/** A whole number written in decimal digits; `Number` alone would also take `0x10` and `1e3`. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`);

export const port = wholeNumber(0, 65_535);

/** A delay that a timer can wait: Node fires timers beyond 2^31-1 ms at once. */
export const milliseconds = wholeNumber(1, 2_147_483_647);

export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .transform((url) => url.replace(/\/+$/, ''));

export const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'must look like postgres://role:password@host:port/database',
});

/** `host:port,host:port` */
export const brokerList = z
  .string()
  .transform((list) => list.split(',').map((broker) => broker.trim()))
  .refine(
    (brokers) => brokers.every((broker) => /^[^\s:]+:\d{1,5}$|^\[.+\]:\d{1,5}$/.test(broker)),
    {
      message: 'must be host:port, separated by commas',
    },
  );

/** 32 bytes in base64, as `openssl rand -base64 32` prints them. */
export const key32 = z
  .string()
  .refine((text) => /^[A-Za-z0-9+/_-]{43}=?$/.test(text), 'must be 32 bytes in base64');

/** What every service needs; services `.extend()` it with their own. */
export const serviceSettings = z.object({
  PORT: port,
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Of so many events handled the log shows one; 0: none. */
  LOG_SAMPLE_EVERY: wholeNumber(0, 1_000_000_000).default(1_000),
  DATABASE_URL: postgresUrl,
  DATABASE_POOL_SIZE: wholeNumber(1, 1000).default(10),
  KAFKA_BROKERS: brokerList,
  /** Put before every topic and consumer group, so that test runs can share a broker. */
  TOPIC_PREFIX: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,64}$/, 'may hold letters, digits, dot, dash and underscore')
    .default(''),
});
export type ServiceSettings = z.output<typeof serviceSettings>;
