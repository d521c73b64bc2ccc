import type { Database, MessagingLog, Outbox } from '#messaging';
import { EffectWorkers } from '#participant';
import { Batcher, backoffMs } from '#platform';
import { composeMail } from '../domain/compose.js';
import type { Delivery, Mailer } from '../mail/mailer.js';
import { findNotices } from '../persistence/find-notices.js';
import { settleNotices } from '../persistence/settle-notices.js';
import type { NotificationSettings } from '../settings.js';

export interface DeliveryParts {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly mailer: Mailer;
  readonly settings: NotificationSettings;
  readonly log: MessagingLog;
}

/** A run may outlast the mail server's time limit, and some waiting for a connection. */
const LEASE_TIMEOUTS = 6;

/**
 * Delivers notices; the subject is the notice's id. A process that dies after the mail server took a
 * mail and before that was recorded sends it again: SMTP has no way to ask. It then carries the same
 * Message-ID, by which mail programs and servers recognise it.
 */
export class DeliveryWorkers extends EffectWorkers<Delivery> {
  constructor({ database, outbox, mailer, settings, log }: DeliveryParts) {
    const domain = settings.MAIL_FROM.slice(settings.MAIL_FROM.lastIndexOf('@') + 1);
    const backoff = { baseMs: settings.MAIL_BACKOFF_MS, maxMs: settings.MAIL_BACKOFF_MAX_MS };
    const reads = new Batcher({
      maxItems: 200,
      maxConcurrent: 2,
      run: async (noticeIds: string[]) => {
        const notices = await findNotices(database, noticeIds);
        return noticeIds.map((noticeId) => notices.get(noticeId));
      },
    });
    super({
      database,
      outbox,
      log,
      name: 'delivery',
      // Twice the connections, so that one is never idle while a run reads its notice.
      concurrency: settings.SMTP_CONNECTIONS * 2,
      leaseMs: settings.SMTP_TIMEOUT_MS * LEASE_TIMEOUTS,
      maxAttempts: settings.MAIL_ATTEMPTS,
      backoff: (attempts) => backoffMs(backoff, attempts),
      execute: async (noticeId) => {
        const notice = await reads.add(noticeId);
        if (!notice || notice.status === 'sent') return { kind: 'sent' };
        return mailer.send(composeMail(notice, domain));
      },
      record: (unit, done) =>
        settleNotices(
          unit.tx,
          done.map(({ subject, outcome }) => ({
            noticeId: subject,
            status: outcome.kind,
            problem: outcome.kind === 'refused' ? outcome.problem : null,
          })),
        ),
      failed: (unit, failures) =>
        settleNotices(
          unit.tx,
          failures.map(({ subject, error, final }) => ({
            noticeId: subject,
            status: final ? 'failed' : 'recorded',
            problem: error.message,
          })),
        ),
    });
  }
}
