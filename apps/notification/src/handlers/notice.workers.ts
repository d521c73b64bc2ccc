import {
  deadLetter,
  type Database,
  type MessagingLog,
  type Outbox,
  type UnitOfWork,
} from '#messaging';
import { EffectWorkers, type EffectTaskStore } from '#participant';
import { Batcher } from '#platform';
import { causeOf, type Outcome, type Problem } from '../domain/notice.js';
import { postgresNoticeRows, type NoticeRows } from '../persistence/notice-rows.js';
import type { SettledNotice } from '../persistence/settle-notices.js';
import type { NoticeChannel } from './notice.channel.js';
import { NoticeExecution } from './notice.execution.js';

export interface NoticeWorkersParts {
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly channel: NoticeChannel;
  readonly log: MessagingLog;
  /** Pause between two looks for work that others left behind. Default: that of the workers. */
  readonly pollMs?: number;
  readonly rows?: NoticeRows;
  /** Default: the table `effect_task`. */
  readonly store?: EffectTaskStore;
}

const MAX_MESSAGE = 500;

/** Delivers the notices of one channel; the subject is the notice's id. Gives up after days. */
export class NoticeWorkers extends EffectWorkers<Outcome> {
  constructor(parts: NoticeWorkersParts) {
    const { database, outbox, channel, log, pollMs, store } = parts;
    const rows = parts.rows ?? postgresNoticeRows;
    // Single reads of concurrent runs, gathered into one statement.
    const finds = new Batcher({
      maxItems: 200,
      maxConcurrent: 2,
      run: async (noticeIds: string[]) => {
        const notices = await rows.findNotices(database, noticeIds);
        return noticeIds.map((noticeId) => notices.get(noticeId));
      },
    });
    const execution = new NoticeExecution(channel, (noticeId) => finds.add(noticeId));
    const { name, concurrency, leaseMs, maxAttempts, backoff } = channel;
    super({
      database,
      outbox,
      log,
      ...(pollMs !== undefined && { pollMs }),
      ...(store && { store }),
      name,
      concurrency,
      leaseMs,
      maxAttempts,
      backoff,
      execute: (noticeId) => execution.execute(noticeId),
      record: (unit, done) => {
        const settled = done.flatMap(({ subject, outcome }) => settledBy(subject, outcome));
        return settle(unit, settled, rows, log);
      },
      failed: (unit, failures) => {
        const givenUp = failures.filter(({ final }) => final);
        const settled = givenUp.map(({ subject, attempts, error }) => {
          const message = `${attempts} tries: ${error.message}`;
          return undeliverable(subject, { code: 'given-up', message });
        });
        return settle(unit, settled, rows, log);
      },
    });
  }
}

function settledBy(noticeId: string, outcome: Outcome): SettledNotice[] {
  switch (outcome.kind) {
    case 'unchanged':
      return [];
    case 'sent':
      return [{ noticeId, status: 'sent', problem: null }];
    case 'undeliverable':
      return [undeliverable(noticeId, { code: outcome.code, message: outcome.message })];
  }
}

const undeliverable = (noticeId: string, { code, message }: Problem): SettledNotice => ({
  noticeId,
  status: 'undeliverable',
  // A provider says what it likes, and no text of Postgres holds a NUL.
  problem: { code, message: message.slice(0, MAX_MESSAGE).replaceAll('\0', '\ufffd') },
});

/**
 * The order is completed whatever becomes of its mail, so no saga asks for a person: what cannot be
 * delivered is put aside where people look for what went wrong.
 */
async function settle(
  unit: UnitOfWork,
  settled: readonly SettledNotice[],
  rows: NoticeRows,
  log: MessagingLog,
): Promise<void> {
  for (const { problem, cause, ...notice } of await rows.settleNotices(unit.tx, settled)) {
    log.error({ noticeId: notice.noticeId, ...problem }, 'a notice is undeliverable');
    if (!cause) continue;
    const message = `${problem.code}: ${problem.message}`;
    const reason = { code: 'undeliverable', message, by: 'notification' };
    unit.publish(deadLetter(causeOf(notice, cause), reason));
  }
}
