/** What notification needs of a mail server. */

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
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
export class MailRefusedError extends Error {
  override readonly name = 'MailRefusedError';

  /**
   * @param code the mail server's reply code, or what is wrong with the address
   * @param said what it said besides
   */
  constructor(
    readonly code: string,
    said: string,
  ) {
    super(`the mail server refuses the mail: ${said}`);
  }
}
