/** How notices leave: mail and short messages each have their channel, and each channel its workers. */
import { asNotNow } from '#participant';
import { backoffMs } from '#platform';
import { messageIdOf, type Notice } from '../domain/notice.js';
import type { MailSender } from '../provider/mail-sender.js';
import type { SmsSender } from '../provider/sms-sender.js';
import type { NotificationSettings } from '../settings.js';
import type { NoticeTexts } from '../texts/notice-texts.js';

export interface NoticeChannel {
  /** Of its workers: what they have to do is kept under it. */
  readonly name: string;
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly maxAttempts: number;
  readonly backoff: (attempts: number) => number;
  /**
   * Resolves when the provider has taken it.
   * @throws RefusedError when it never will; anything else may be tried again
   */
  deliver(notice: Notice): Promise<void>;
}

/** More work than connections, so that no connection waits for a record to be written. */
const WORK_PER_CONNECTION = 4;
/** Connecting, greeting and the replies of one mail, each with its time limit, and the waiting. */
const LEASE_TIMEOUTS = 10;

export type MailSettings = Pick<
  NotificationSettings,
  | 'MAIL_CONNECTIONS'
  | 'MAIL_TIMEOUT_MS'
  | 'MAIL_ATTEMPTS'
  | 'MAIL_BACKOFF_MS'
  | 'MAIL_BACKOFF_MAX_MS'
>;

/**
 * SMTP knows no key: when this process ends between the server's "taken" and our record of it, the
 * mail goes out once more, with the same Message-ID.
 */
export const mailChannel = (
  sender: MailSender,
  texts: Pick<NoticeTexts, 'mail'>,
  settings: MailSettings,
): NoticeChannel => {
  const backoff = { baseMs: settings.MAIL_BACKOFF_MS, maxMs: settings.MAIL_BACKOFF_MAX_MS };
  return {
    name: 'notice',
    concurrency: settings.MAIL_CONNECTIONS * WORK_PER_CONNECTION,
    leaseMs: settings.MAIL_TIMEOUT_MS * LEASE_TIMEOUTS,
    maxAttempts: settings.MAIL_ATTEMPTS,
    backoff: (attempts) => backoffMs(backoff, attempts),
    deliver: (notice) => {
      const { language, ...text } = texts.mail(notice);
      return sender.send({
        ...text,
        to: notice.recipient,
        messageId: messageIdOf(notice),
        headers: {
          'Content-Language': language,
          'X-Notice': notice.template,
          'X-Order-Id': notice.order.orderId,
        },
      });
    },
  };
};

export type SmsSettings = Pick<
  NotificationSettings,
  'SMS_CONNECTIONS' | 'SMS_TIMEOUT_MS' | 'SMS_ATTEMPTS' | 'SMS_BACKOFF_MS' | 'SMS_BACKOFF_MAX_MS'
>;

/** One message at a time a connection, and room to write what became of it. */
const SMS_LEASE_TIMEOUTS = 4;

export const smsChannel = (
  sender: SmsSender,
  texts: Pick<NoticeTexts, 'sms'>,
  settings: SmsSettings,
): NoticeChannel => {
  const backoff = { baseMs: settings.SMS_BACKOFF_MS, maxMs: settings.SMS_BACKOFF_MAX_MS };
  return {
    // Not that of mail: a replica of before would take a short message for a mail.
    name: 'sms',
    concurrency: settings.SMS_CONNECTIONS,
    leaseMs: settings.SMS_TIMEOUT_MS * SMS_LEASE_TIMEOUTS,
    maxAttempts: settings.SMS_ATTEMPTS,
    backoff: (attempts) => backoffMs(backoff, attempts),
    deliver: (notice) =>
      sender
        .send({ to: notice.recipient, text: texts.sms(notice), key: notice.noticeId })
        .catch(asNotNow),
  };
};
