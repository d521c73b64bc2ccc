/** Who may write to a saga at any moment, without having been asked: each once in a run. */
import type { SagaMessage } from '../messages.js';

export interface Outsider {
  /** For the story: who does what. */
  readonly label: string;
  readonly message: SagaMessage;
}

/** A new kind of message is one more entry here. */
export const OUTSIDERS: readonly Outsider[] = [
  {
    label: 'the customer cancels',
    message: { kind: 'cancel', messageId: '', reason: { code: 'customer', message: '' } },
  },
];
