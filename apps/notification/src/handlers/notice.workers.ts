import type { Database, MessagingLog, Outbox } from '#messaging';
import { EffectWorkers } from '#participant';
import { Batcher, backoffMs } from '#platform';
import type { Outcome } from '../domain/notice.js';
import { findNotices } from '../persistence/find-notices.js';
import { settleNotices, type SettledNotice } from '../persistence/settle-notices.js';
import type { MailSender } from '../provider/mail-sender.js';
import type { NotificationSettings } from '../settings.js';
import { NoticeExecution } from './notice.execution.js';

/** The settings that the workers read. */
export type WorkerSettings = Pick<
  NotificationSettings,
  | 'MAIL_CONNECTIONS'
  | 'MAIL_TIMEOUT_MS'
  | 'MAIL_ATTEMPTS'
  | 'MAIL_BACKOFF_MS'
  | 'MAIL_BACKOFF_MAX_MS'
>;

export interface NoticeWorkersParts {
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly sender: MailSender;
  readonly settings: WorkerSettings;
  readonly log: MessagingLog;
  /** Pause between two looks for work that others left behind. Default: that of the workers. */
  readonly pollMs?: number;
}

/** More work than connections, so that no connection waits for a record to be written. */
const WORK_PER_CONNECTION = 4;
/** Connecting, greeting and the replies of one mail, each with its time limit, and the waiting. */
const LEASE_TIMEOUTS = 10;

/** Delivers notices; the subject is the notice's id. Gives up after days. */
export class NoticeWorkers extends EffectWorkers<Outcome> {
  constructor({ database, outbox, sender, settings, log, pollMs }: NoticeWorkersParts) {
    // Single reads of concurrent runs, gathered into one statement.
    const finds = new Batcher({
      maxItems: 200,
      maxConcurrent: 2,
      run: async (noticeIds: string[]) => {
        const notices = await findNotices(database, noticeIds);
        return noticeIds.map((noticeId) => notices.get(noticeId));
      },
    });
    const execution = new NoticeExecution(sender, (noticeId) => finds.add(noticeId));
    const backoff = { baseMs: settings.MAIL_BACKOFF_MS, maxMs: settings.MAIL_BACKOFF_MAX_MS };
    super({
      database,
      outbox,
      log,
      ...(pollMs !== undefined && { pollMs }),
      name: 'notice',
      concurrency: settings.MAIL_CONNECTIONS * WORK_PER_CONNECTION,
      leaseMs: settings.MAIL_TIMEOUT_MS * LEASE_TIMEOUTS,
      maxAttempts: settings.MAIL_ATTEMPTS,
      backoff: (attempts) => backoffMs(backoff, attempts),
      execute: (noticeId) => execution.execute(noticeId),
      record: ({ tx }, done) => {
        const settled = done.flatMap(({ subject, outcome }) => settledBy(subject, outcome));
        for (const { noticeId, status, problemCode } of settled) {
          if (status !== 'sent') log.warn({ noticeId, problemCode }, 'a notice is undeliverable');
        }
        return settleNotices(tx, settled);
      },
      failed: ({ tx }, failures) => {
        const givenUp = failures.filter(({ final }) => final);
        return settleNotices(
          tx,
          givenUp.map(({ subject }) => undeliverable(subject, 'given_up')),
        );
      },
    });
  }
}

function settledBy(noticeId: string, outcome: Outcome): SettledNotice[] {
  switch (outcome.kind) {
    case 'unchanged':
      return [];
    case 'sent':
      return [{ noticeId, status: 'sent', problemCode: null }];
    case 'undeliverable':
      return [undeliverable(noticeId, outcome.code)];
  }
}

const undeliverable = (noticeId: string, problemCode: string): SettledNotice => ({
  noticeId,
  status: 'undeliverable',
  problemCode,
});
