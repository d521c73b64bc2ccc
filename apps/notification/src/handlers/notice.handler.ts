import { Injectable } from '@nestjs/common';
import { notifyCustomer } from '#contracts';
import type { UnitOfWork } from '#messaging';
import { succeed, type AdmittedCommand, type Answer, type CommandHandler } from '#participant';
import { noticeIdOf, type Notice, type NotifyPayload } from '../domain/notice.js';
import { recordNotices } from '../persistence/record-notices.js';
import { NoticeWorkers } from './notice.workers.js';

/**
 * Records notices and answers at once: delivery is the workers' business, and a mail server that is
 * down keeps no order from being completed.
 */
@Injectable()
export class NoticeHandler implements CommandHandler {
  readonly participant = 'notification';
  readonly commands = [notifyCustomer];

  constructor(private readonly workers: NoticeWorkers) {}

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const asked = commands.map(({ payload }) => noticeOf(payload as NotifyPayload));
    const distinct = new Map(asked.map((notice) => [notice.noticeId, notice]));
    const recorded = await recordNotices(unit.tx, [...distinct.values()]);
    await this.workers.want(unit, recorded);
    return asked.map(({ noticeId }) => succeed('notification.notice-recorded', { noticeId }));
  }
}

const noticeOf = ({ template, subjectId, email, order }: NotifyPayload): Notice => ({
  noticeId: noticeIdOf(template, subjectId),
  template,
  subjectId,
  email,
  order,
  status: 'recorded',
});
