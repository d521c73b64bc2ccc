/** A service runs with settings that make sense, or does not run and says which do not. */
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { rm } from 'node:fs/promises';
import {
  apps,
  appEntry,
  dataFolder,
  isService,
  ManagedProcess,
  projectRoot,
  testId,
  type AppName,
} from '#testing';

jest.setTimeout(240_000);

const logDir = dataFolder('test-logs', testId());

/** Nothing answers there: a wrong setting must be found before anything is connected to. */
const SETTINGS: Readonly<Record<string, string>> = {
  PORT: '0',
  HOST: '127.0.0.1',
  DATABASE_URL: 'postgres://role:password@127.0.0.1:1/database',
  KAFKA_BROKERS: '127.0.0.1:1',
  PAYMENT_TOKEN_KEY: Buffer.alloc(32, 1).toString('base64'),
  PAYMENT_PROVIDER_URL: 'http://127.0.0.1:1',
  PAYMENT_PROVIDER_KEY: 'sk_test',
  PROVIDER_WEBHOOK_SECRET: 'whsec_test',
  CARRIER_URL: 'http://127.0.0.1:1',
  CARRIER_KEY: 'key',
  CARRIER_WEBHOOK_SECRET: 'whsec_test',
  SMTP_URL: 'smtp://127.0.0.1:1',
  SMTP_PORT: '0',
  SMS_KEY: 'key',
  AUDIT_URL: 'http://127.0.0.1:1',
  PAYMENT_URL: 'http://127.0.0.1:1',
  BANK_URL: 'http://127.0.0.1:1',
  BANK_KEY: 'key',
};

/** What each needs beyond what all services need. */
const NEEDED: Readonly<Record<AppName, readonly string[]>> = {
  order: ['PAYMENT_TOKEN_KEY'],
  orchestrator: [],
  inventory: [],
  payment: [
    ...['PAYMENT_TOKEN_KEY', 'PAYMENT_PROVIDER_URL', 'PAYMENT_PROVIDER_KEY'],
    'PROVIDER_WEBHOOK_SECRET',
  ],
  shipping: ['CARRIER_URL', 'CARRIER_KEY', 'CARRIER_WEBHOOK_SECRET'],
  notification: ['SMTP_URL'],
  catalog: [],
  customer: [],
  merchant: [],
  analytics: ['AUDIT_URL'],
  accounting: ['AUDIT_URL', 'PAYMENT_URL', 'BANK_URL', 'BANK_KEY'],
  settlement: [],
  withdrawal: ['BANK_URL', 'BANK_KEY'],
  audit: [],
  'sandbox-payment': [],
  'sandbox-carrier': [],
  'sandbox-mail': ['SMTP_PORT'],
  'sandbox-sms': [],
  'sandbox-bank': [],
};
const neededBy = (name: AppName): string[] => [
  'PORT',
  ...(isService(name) ? ['DATABASE_URL', 'KAFKA_BROKERS'] : []),
  ...NEEDED[name],
];

async function refusal(name: AppName, settings: Readonly<Record<string, string>>): Promise<string> {
  const started = await ManagedProcess.start({
    name,
    command: process.execPath,
    args: [appEntry(name)],
    cwd: projectRoot(),
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: dataFolder('cache', 'node'),
      ...settings,
    },
    logFile: `${logDir}/${name}-${testId()}.log`,
  });
  const timer = setTimeout(() => started.signal('SIGKILL'), 60_000);
  const { code } = await started.exited;
  clearTimeout(timer);
  const lines = await started.lastLines();
  if (code !== 1) throw new Error(`${name} ended with ${code}: ${lines.join('\n')}`);
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

afterAll(() => rm(logDir, { recursive: true, force: true }));

describe('a process that lacks its settings', () => {
  it.each(apps.map(({ name }) => name))('refuses to start and names them all: %s', async (name) => {
    const line = await refusal(name, {});
    for (const variable of neededBy(name)) expect(line).toContain(variable);
  });
});

describe('a process whose setting is wrong', () => {
  it.each<[AppName, string, string]>([
    ['order', 'PORT', 'http'],
    ['order', 'PORT', '65536'],
    ['order', 'ORDER_CHECKS', 'maybe'],
    ['order', 'MERCHANT_CHECKS', 'true'],
    ['order', 'ORDER_API_KEYS', 'maybe'],
    ['merchant', 'PORT', '0x10'],
    ['orchestrator', 'DATABASE_URL', 'mysql://127.0.0.1/x'],
    ['orchestrator', 'STEP_TIMEOUT_MS', '-1'],
    ['orchestrator', 'STEP_ATTEMPTS', 'many'],
    ['orchestrator', 'BULK_APPROVAL_ABOVE', 'few'],
    ['inventory', 'KAFKA_BROKERS', 'localhost'],
    ['inventory', 'RESERVATION_TTL_MS', '15m'],
    ['payment', 'PAYMENT_PROVIDER_URL', 'ftp://provider'],
    ['payment', 'PAYMENT_PROVIDER', 'another'],
    ['payment', 'PAYMENT_TOKEN_KEY', 'short'],
    ['shipping', 'TOPIC_PREFIX', 'a b'],
    ['shipping', 'CARRIER_SERVICE', 'by-boat'],
    ['shipping', 'CARRIER_WEBHOOK_SECRET', 'short'],
    ['notification', 'SMTP_URL', 'http://127.0.0.1'],
    ['catalog', 'DATABASE_POOL_SIZE', '0'],
    ['customer', 'LOG_LEVEL', 'loud'],
    ['notification', 'SMS_URL', 'ftp://127.0.0.1'],
    ['notification', 'NOTICES_FROM_EVENTS', 'order-paid'],
    ['notification', 'NOTICE_TIME_ZONE', 'Nowhere/Land'],
    ['notification', 'WEBHOOK_SECRET_KEY', 'short'],
    ['notification', 'WEBHOOK_ALLOW_PRIVATE', 'yes'],
    ['sandbox-mail', 'SMTP_PORT', '1.5'],
    ['sandbox-payment', 'WEBHOOK_URL', 'payment:3003'],
    ['sandbox-payment', 'PAID_AFTER_MS', 'soon'],
    ['sandbox-carrier', 'PICKUP_AFTER_MS', 'soon'],
  ])(
    'refuses to start and names it, never its value: %s with %s=%s',
    async (name, variable, value) => {
      const line = await refusal(name, { ...SETTINGS, [variable]: value });
      if (variable.endsWith('_KEY')) expect(line).not.toContain(value);
      expect(line.match(/[A-Z_]{4,}(?=: )/g)).toEqual([variable]);
    },
  );
});
