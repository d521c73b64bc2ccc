import {
  MailRefusedError,
  MailSender,
  type Mail,
} from '../../../apps/notification/src/provider/mail-sender.js';
import type { Actor } from '../world/scheduler.js';
import type { OutsideLine } from './line.js';

/** The recipient that the mail server does not know. */
export const UNKNOWN_RECIPIENT = 'nobody@example.com';

/** The mail server: what it took, by Message-ID, with how often it came. */
export class Mailbox {
  readonly mails = new Map<string, { readonly orderId: string; copies: number }>();

  take({ to, messageId, headers }: Mail): void {
    if (to === UNKNOWN_RECIPIENT) throw new MailRefusedError('550', 'no such mailbox');
    const mail = this.mails.get(messageId);
    if (mail) mail.copies += 1;
    else this.mails.set(messageId, { orderId: headers['X-Order-Id'] ?? '', copies: 1 });
  }
}

/** One process's client of the mail server. */
export class SimMailSender extends MailSender {
  constructor(
    private readonly line: OutsideLine,
    private readonly mailbox: Mailbox,
    private readonly actor: Actor,
  ) {
    super();
  }

  send(mail: Mail): Promise<void> {
    return this.line.call(this.actor, `mail ${mail.messageId}`, () => this.mailbox.take(mail));
  }
}
