import { notifyCustomer } from '#contracts';
import type { UnitOfWork } from '#messaging';
import { succeed, type AdmittedCommand, type Answer, type CommandHandler } from '#participant';
import { noticeIdOf, type NewNotice, type NotifyPayload } from '../domain/notice.js';
import { postgresNoticeRows, type NoticeRows } from '../persistence/notice-rows.js';
import { NoticeWorkers } from './notice.workers.js';

/**
 * Records notices and answers at once: delivery is the workers' business, and a mail server that is
 * down keeps no order from being completed.
 */
export class NoticeHandler implements CommandHandler {
  readonly participant = 'notification';
  readonly commands = [notifyCustomer];

  constructor(
    private readonly workers: NoticeWorkers,
    private readonly rows: Pick<NoticeRows, 'recordNotices'> = postgresNoticeRows,
  ) {}

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const asked = commands.map(noticeOf);
    const distinct = new Map(asked.map((notice) => [notice.noticeId, notice]));
    const recorded = await this.rows.recordNotices(unit.tx, [...distinct.values()]);
    await this.workers.want(unit, recorded);
    return asked.map(({ noticeId }) => succeed('notification.notice-recorded', { noticeId }));
  }
}

function noticeOf({ payload, event }: AdmittedCommand): NewNotice {
  const { template, subjectId, email, order } = payload as NotifyPayload;
  const { data: _, ...command } = event;
  const noticeId = noticeIdOf(template, subjectId);
  return { noticeId, template, subjectId, email, order, status: 'recorded', command };
}
