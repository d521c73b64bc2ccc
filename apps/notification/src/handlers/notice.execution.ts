import { messageIdOf, type Notice, type Outcome } from '../domain/notice.js';
import { mailTextOf } from '../domain/templates.js';
import { MailRefusedError, type MailSender } from '../provider/mail-sender.js';

/**
 * Hands a notice to the mail server, outside of any transaction. SMTP knows no key: when this process
 * ends between the server's "taken" and our record of it, the mail goes out once more, with the same
 * Message-ID.
 */
export class NoticeExecution {
  constructor(
    private readonly sender: MailSender,
    private readonly find: (noticeId: string) => Promise<Notice | undefined>,
  ) {}

  /** @throws what the sender throws, to be tried again */
  async execute(noticeId: string): Promise<Outcome> {
    const notice = await this.find(noticeId);
    if (notice?.status !== 'recorded') return { kind: 'unchanged' };
    try {
      await this.sender.send({
        ...mailTextOf(notice),
        to: notice.email,
        messageId: messageIdOf(notice),
        headers: { 'X-Order-Id': notice.order.orderId },
      });
      return { kind: 'sent' };
    } catch (error) {
      if (!(error instanceof MailRefusedError)) throw error;
      return { kind: 'undeliverable', code: error.code, message: error.message };
    }
  }
}
