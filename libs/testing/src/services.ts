/**
 * Every process of the system in one table: its port, what it needs and its settings. The
 * development stack, the tests and the check of docker/compose.yaml read it.
 */

/** Those that work on an order once it is accepted. */
export const SAGA_SERVICE_NAMES = [
  'order',
  'orchestrator',
  'inventory',
  'payment',
  'shipping',
  'notification',
] as const;
/** Those that live off what happens to orders; no order waits for any of them. */
export const READER_NAMES = ['analytics', 'accounting', 'settlement', 'audit'] as const;
export const SERVICE_NAMES = [
  ...SAGA_SERVICE_NAMES,
  ...(['catalog', 'customer', 'merchant'] as const),
  ...READER_NAMES,
  'withdrawal',
] as const;
export const SANDBOX_NAMES = [
  'sandbox-payment',
  'sandbox-carrier',
  'sandbox-mail',
  'sandbox-sms',
  'sandbox-bank',
] as const;

export type ReaderName = (typeof READER_NAMES)[number];
export const isReader = (name: AppName): name is ReaderName =>
  READER_NAMES.some((reader) => reader === name);
export type SagaServiceName = (typeof SAGA_SERVICE_NAMES)[number];
export type ServiceName = (typeof SERVICE_NAMES)[number];
export type SandboxName = (typeof SANDBOX_NAMES)[number];
export type AppName = ServiceName | SandboxName;

/** Where the other processes are, seen from the one whose settings are made. */
export interface Surroundings {
  /** Base URL of another process, for example `http://127.0.0.1:4001`. */
  url(app: AppName): string;
  /** `host:port` of the sandbox's SMTP server. */
  readonly smtp: string;
  /** Base64 of 32 bytes, the same for order and payment. */
  readonly paymentTokenKey: string;
}

export interface AppSpec {
  readonly name: AppName;
  readonly kind: 'service' | 'sandbox';
  /** HTTP port in the development stack and in the images. */
  readonly port: number;
  /** Further ports: environment variable -> port. */
  readonly extraPorts: Readonly<Record<string, number>>;
  /** What it is, for the table of addresses. */
  readonly about: string;
  /** What it needs beyond the settings that all have. */
  settings(around: Surroundings): Record<string, string>;
}

/** Of the payment provider and the carrier to try with. */
const WEBHOOK_SECRET = 'whsec_sandbox';
const CARRIER_WEBHOOK_SECRET = 'whsec_carrier';

const nothing = (): Record<string, string> => ({});
const tokenKey = ({ paymentTokenKey }: Surroundings) => ({ PAYMENT_TOKEN_KEY: paymentTokenKey });

/** Of secrets that are none: those of merchants that somebody tries things with. */
const DEVELOPMENT_KEY = 'ZGV2ZWxvcG1lbnQta2V5LW5vdC1mb3ItcmVhbC11c2U=';

const service = (
  name: ServiceName,
  port: number,
  about: string,
  settings: AppSpec['settings'] = nothing,
): AppSpec => ({ name, kind: 'service', port, extraPorts: {}, about, settings });

const sandbox = (
  name: SandboxName,
  port: number,
  about: string,
  more: Partial<Pick<AppSpec, 'extraPorts' | 'settings'>> = {},
): AppSpec => ({ name, kind: 'sandbox', port, extraPorts: {}, about, settings: nothing, ...more });

export const apps: readonly AppSpec[] = [
  service('order', 3000, 'orders over HTTP', tokenKey),
  service('orchestrator', 3001, 'the saga, and its state to look at'),
  service('inventory', 3002, 'stock'),
  service('payment', 3003, 'charges and refunds', (around) => ({
    ...tokenKey(around),
    PAYMENT_PROVIDER_URL: around.url('sandbox-payment'),
    PAYMENT_PROVIDER_KEY: 'sk_sandbox',
    PROVIDER_WEBHOOK_SECRET: WEBHOOK_SECRET,
  })),
  service('shipping', 3004, 'shipments', (around) => ({
    CARRIER_URL: around.url('sandbox-carrier'),
    CARRIER_KEY: 'carrier_sandbox',
    CARRIER_WEBHOOK_SECRET,
  })),
  service('notification', 3005, 'mail and short messages to customers', (around) => ({
    SMTP_URL: `smtp://${around.smtp}`,
    MAIL_FROM: 'shop@example.com',
    SMS_URL: around.url('sandbox-sms'),
    SMS_KEY: 'sms_sandbox',
    WEBHOOK_SECRET_KEY: DEVELOPMENT_KEY,
    WEBHOOK_ALLOW_PRIVATE: 'true',
  })),
  service('catalog', 3006, 'products and their prices'),
  service('customer', 3007, 'customers'),
  service('merchant', 3008, 'merchants, their fees and keys'),
  service('analytics', 3009, 'figures of payments, channels and merchants', (around) => ({
    AUDIT_URL: around.url('audit'),
  })),
  service('accounting', 3010, 'the ledger', (around) => ({
    AUDIT_URL: around.url('audit'),
    PAYMENT_URL: around.url('payment'),
    BANK_URL: around.url('sandbox-bank'),
    BANK_KEY: 'bank_sandbox',
  })),
  service('settlement', 3011, 'what merchants are owed, and their balances', () => ({
    // long enough to be seen; in earnest it is days
    HOLDING_PERIOD_MS: '1000',
  })),
  service('withdrawal', 3012, 'merchants drawing their money', (around) => ({
    BANK_URL: around.url('sandbox-bank'),
    BANK_KEY: 'bank_sandbox',
  })),
  service('audit', 3013, 'every fact for good, and who changed what'),
  sandbox('sandbox-payment', 4001, 'payment provider to try with', {
    settings: (around) => ({
      WEBHOOK_URL: `${around.url('payment')}/webhooks/provider`,
      WEBHOOK_SECRET,
    }),
  }),
  sandbox('sandbox-carrier', 4002, 'carrier to try with', {
    settings: (around) => ({
      WEBHOOK_URL: `${around.url('shipping')}/webhooks/carrier`,
      WEBHOOK_SECRET: CARRIER_WEBHOOK_SECRET,
    }),
  }),
  sandbox('sandbox-mail', 4003, 'mail server to try with', { extraPorts: { SMTP_PORT: 4025 } }),
  sandbox('sandbox-sms', 4004, 'provider of short messages to try with'),
  sandbox('sandbox-bank', 4005, 'bank to try with'),
];

export function appSpec(name: AppName): AppSpec {
  const spec = apps.find((app) => app.name === name);
  if (!spec) throw new Error(`There is no app "${name}".`);
  return spec;
}

export const isService = (name: AppName): name is ServiceName => appSpec(name).kind === 'service';

/** The sandboxes a service talks to. */
export const sandboxOf: Partial<Record<ServiceName, SandboxName>> = {
  payment: 'sandbox-payment',
  shipping: 'sandbox-carrier',
  notification: 'sandbox-mail',
  withdrawal: 'sandbox-bank',
};
