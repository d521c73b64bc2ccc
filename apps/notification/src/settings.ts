import { parkingSettings } from '#participant';
import { milliseconds, serviceSettings, wholeNumber } from '#platform';
import { z } from 'zod';

export const notificationSettings = serviceSettings.extend({
  ...parkingSettings,
  /** `smtp://host:port`, or `smtps://user:password@host:port`. */
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must look like smtp://host:port' }),
  MAIL_FROM: z.email('must be a mail address'),
  /** Connections to the mail server, and mails on their way at the same time. */
  SMTP_CONNECTIONS: wholeNumber(1, 100).default(4),
  SMTP_TIMEOUT_MS: milliseconds.default(10_000),
  /** Pause before the second try; it doubles up to the ceiling. */
  MAIL_BACKOFF_MS: milliseconds.default(1_000),
  MAIL_BACKOFF_MAX_MS: milliseconds.default(900_000),
  /** Tries until a notice is given up: with the ceiling above, about three days. */
  MAIL_ATTEMPTS: wholeNumber(1, 10_000).default(300),
});
export type NotificationSettings = z.output<typeof notificationSettings>;
