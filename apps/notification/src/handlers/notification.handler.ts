import { Injectable } from '@nestjs/common';
import { notifyCustomer } from '#contracts';
import type { UnitOfWork } from '#messaging';
import { succeed, type AdmittedCommand, type Answer, type CommandHandler } from '#participant';
import { newNotice, type NoticeRequest } from '../domain/notice.js';
import { recordNotices } from '../persistence/record-notices.js';
import { DeliveryWorkers } from './delivery.workers.js';

/** Answers as soon as the notice is recorded: a mail server that is down holds no order back. */
@Injectable()
export class NotificationHandler implements CommandHandler {
  readonly participant = 'notification';
  readonly commands = [notifyCustomer];

  constructor(private readonly workers: DeliveryWorkers) {}

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const notices = commands.map(({ payload }) => newNotice(payload as NoticeRequest));
    const recorded = await recordNotices(unit.tx, notices);
    await this.workers.want(unit, recorded);
    return notices.map(({ noticeId }) => succeed('notification.notice-recorded', { noticeId }));
  }
}
