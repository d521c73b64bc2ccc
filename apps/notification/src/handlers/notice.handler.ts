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
  const { order, ...said } = payload as NotifyPayload;
  const { template, subjectId, email, locale } = said;
  return {
    noticeId: noticeIdOf(template, { subjectId }),
    template,
    channel: 'email',
    subjectId,
    recipient: email,
    locale: locale ?? null,
    order,
    status: 'recorded',
    cause: { ...event, data: said },
  };
}
