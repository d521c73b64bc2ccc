/** What notification needs of a mail server. */
import { RefusedError } from './refused-error.js';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** With its angle brackets; the same for every try. */
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

export abstract class MailSender {
  /**
   * Resolves when the mail server has taken the mail.
   * @throws MailRefusedError when it never will; anything else may be tried again
   */
  abstract send(mail: Mail): Promise<void>;
}

/** The recipient does not exist, or the mail is not wanted there. */
export class MailRefusedError extends RefusedError {
  override readonly name = 'MailRefusedError';

  /**
   * @param code the mail server's reply code, or what is wrong with the address
   * @param said what it said besides
   */
  constructor(code: string, said: string) {
    super(code, `the mail server refuses the mail: ${said}`);
  }
}
