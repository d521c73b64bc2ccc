import { parkingSettings } from '#participant';
import { httpUrl, key32, milliseconds, serviceSettings, wholeNumber } from '#platform';
import { z } from 'zod';
import { EVENT_TEMPLATES, type EventTemplate } from './domain/notice-events.js';

const FROM_EVENTS =
  'order-confirmed,order-cancelled,payment-created,payment-failed,refund-completed';

/** Templates with commas between, or `none`. */
const eventTemplates = z.string().transform((text, context) => {
  const names = text === 'none' ? [] : text.split(',').map((name) => name.trim());
  const known: readonly string[] = EVENT_TEMPLATES;
  if (names.every((name) => known.includes(name))) return new Set(names as EventTemplate[]);
  context.addIssue(`must be none, or some of ${known.join(',')}`);
  return z.NEVER;
});

const timeZone = z.string().refine((name) => {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
}, 'must be a time zone, like Asia/Tokyo');

/** Without an address no short messages are sent. */
const smsSettings = {
  SMS_URL: httpUrl.optional(),
  SMS_KEY: z.string().optional(),
  SMS_CONNECTIONS: wholeNumber(1, 1000).default(16),
  SMS_TIMEOUT_MS: milliseconds.default(3_000),
  /** With the pauses below, tries for about three days. */
  SMS_ATTEMPTS: wholeNumber(1, 10_000).default(300),
  /** Pause before the second try; it doubles. */
  SMS_BACKOFF_MS: milliseconds.default(1_000),
  /** The ceiling of that pause: a quarter of an hour. */
  SMS_BACKOFF_MAX_MS: milliseconds.default(900_000),
};

/** Without a key for their secrets there are no webhooks. */
const webhookSettings = {
  WEBHOOK_SECRET_KEY: key32.optional(),
  /** Lets merchants be called in private networks and without TLS: for tests and development. */
  WEBHOOK_ALLOW_PRIVATE: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
  /** Most deliveries at the same time. */
  WEBHOOK_CONNECTIONS: wholeNumber(1, 1000).default(32),
  /** How long one delivery may take. */
  WEBHOOK_TIMEOUT_MS: milliseconds.default(10_000),
};

const all = serviceSettings.extend({
  ...parkingSettings,
  ...smsSettings,
  ...webhookSettings,
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must look like smtp://host:port' }),
  MAIL_FROM: z.email('must be a mail address').default('shop@example.com'),
  /** Connections that are kept to the mail server; each carries one mail at a time. */
  MAIL_CONNECTIONS: wholeNumber(1, 100).default(5),
  /** How long connecting, greeting or one reply may take. */
  MAIL_TIMEOUT_MS: milliseconds.default(10_000),
  /** With the pauses below, tries for about three days. */
  MAIL_ATTEMPTS: wholeNumber(1, 10_000).default(400),
  /** Pause before the second try; it doubles. */
  MAIL_BACKOFF_MS: milliseconds.default(1_000),
  /** The ceiling of that pause: a quarter of an hour. */
  MAIL_BACKOFF_MAX_MS: milliseconds.default(900_000),
  /** Which notices are sent because something happened; commands ask for the others. */
  NOTICES_FROM_EVENTS: eventTemplates.prefault(FROM_EVENTS),
  /** Of the times that customers read. */
  NOTICE_TIME_ZONE: timeZone.default('UTC'),
});

export const notificationSettings = all.refine(
  ({ SMS_URL, SMS_KEY }) => SMS_URL === undefined || SMS_KEY !== undefined,
  { path: ['SMS_KEY'], error: 'is needed with SMS_URL' },
);
export type NotificationSettings = z.output<typeof notificationSettings>;
