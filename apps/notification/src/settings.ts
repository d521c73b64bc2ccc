import { parkingSettings } from '#participant';
import { milliseconds, serviceSettings, wholeNumber } from '#platform';
import { z } from 'zod';

export const notificationSettings = serviceSettings.extend({
  ...parkingSettings,
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
});
export type NotificationSettings = z.output<typeof notificationSettings>;
