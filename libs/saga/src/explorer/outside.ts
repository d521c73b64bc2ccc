/** Who may write to a saga at any moment, without having been asked: each once in a run. */
import type { SagaMessage } from '../messages.js';

export interface Outsider {
  /** For the story: who does what. */
  readonly label: string;
  readonly message: SagaMessage;
}

/** A better input for each step that may ask for one, by its name. */
export type Mends = Readonly<Record<string, unknown>>;

/** A new kind of message is one more entry here. */
export const outsiders = (mends: Mends): readonly Outsider[] => [
  {
    label: 'the customer cancels',
    message: { kind: 'cancel', messageId: '', reason: { code: 'customer', message: '' } },
  },
  {
    label: 'somebody holds it',
    message: { kind: 'hold', messageId: '', reason: { code: 'look', message: '' } },
  },
  {
    label: 'somebody releases it',
    message: RELEASE,
  },
  ...Object.keys(mends).map((step) => ({
    label: `'${step}' is mended unasked`,
    message: mendOf(step, mends),
  })),
];

export const RELEASE: SagaMessage = {
  kind: 'release',
  messageId: '',
  reason: { code: 'seen', message: '' },
};

export const mendOf = (step: string, mends: Mends): SagaMessage => ({
  kind: 'mend',
  messageId: '',
  step,
  data: mends[step],
});
