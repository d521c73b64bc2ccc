/** What notification needs of a provider of short messages. */
import { RefusedError } from './refused-error.js';

export interface Sms {
  /** E.164. */
  readonly to: string;
  readonly text: string;
  /** The same for every try: under one key the provider sends one message. */
  readonly key: string;
}

export interface SmsSender {
  /**
   * Resolves when the provider has taken the message.
   * @throws SmsRefusedError when it never will; anything else may be tried again
   */
  send(sms: Sms): Promise<void>;
}

/** There is no such number, or it does not take messages. */
export class SmsRefusedError extends RefusedError {
  override readonly name = 'SmsRefusedError';

  /** @param code the provider's */
  constructor(code: string, said: string) {
    super(code, `the provider refuses the short message: ${said}`);
  }
}
