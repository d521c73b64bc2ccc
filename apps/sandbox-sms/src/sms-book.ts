/** Every short message that was asked for, folded from the journal's entries. No I/O. */
import { randomUUID } from 'node:crypto';
import { IdempotencyKeys, ProviderError, type Answer, type RememberedAnswer } from '#sandbox';
import { z } from 'zod';

export const messageRequest = z.object({
  /** E.164. */
  to: z.string().regex(/^\+[1-9]\d{6,14}$/, 'must look like +81312345678'),
  /** Three parts of a long message are as much as is carried. */
  text: z.string().min(1).max(459),
});
export type MessageRequest = z.infer<typeof messageRequest>;

export interface Message extends MessageRequest {
  readonly messageId: string;
  /** `refused` ones are kept, so that an audit sees that they were asked for. */
  readonly status: 'sent' | 'refused';
  /** The Idempotency-Key. */
  readonly key: string | null;
  readonly createdAt: string;
}

export type Entry = { readonly kind: 'asked'; readonly message: Message } | RememberedAnswer;

/** Numbers that nobody has: `+81` and zeros. */
const NOBODY = /^\+810+$/;

export const smsError = (status: number, code: string, message: string): ProviderError =>
  new ProviderError(status, { code, message });

export class SmsBook {
  readonly all: Message[] = [];
  readonly #keys: IdempotencyKeys;

  constructor(
    private readonly append: (entries: readonly Entry[]) => void,
    private readonly now: () => number = Date.now,
    keyLifetimeMs?: number,
  ) {
    this.#keys = new IdempotencyKeys(keyLifetimeMs);
  }

  /**
   * 201; 422 `unreachable_number`. With a key, a repetition gets the first answer, whatever it was.
   * @throws ProviderError 400 `idempotency_error` when the key belongs to another request
   */
  send(request: MessageRequest, key: string | undefined, fingerprint: string): Answer {
    const atMs = this.now();
    const known = key === undefined ? undefined : this.#keys.find(key, fingerprint, atMs);
    if (known === 'conflict') {
      throw smsError(400, 'idempotency_error', 'the key was first used for another message');
    }
    if (known !== undefined) return known;
    const status = NOBODY.test(request.to) ? 'refused' : 'sent';
    const message: Message = {
      messageId: `sms_${randomUUID().replaceAll('-', '').slice(0, 20)}`,
      ...request,
      status,
      key: key ?? null,
      createdAt: new Date(atMs).toISOString(),
    };
    const answer = answerOf(message);
    const remembered: Entry[] =
      key === undefined ? [] : [{ kind: 'answered', key, fingerprint, atMs, ...answer }];
    const entries: Entry[] = [{ kind: 'asked', message }, ...remembered];
    this.append(entries);
    for (const entry of entries) this.apply(entry);
    return answer;
  }

  find({ to, key }: { to?: string | undefined; key?: string | undefined }): Message[] {
    return this.all.filter(
      (message) =>
        (to === undefined || message.to === to) && (key === undefined || message.key === key),
    );
  }

  apply(entry: Entry): void {
    if (entry.kind === 'answered') this.#keys.remember(entry);
    else this.all.push(entry.message);
  }
}

const answerOf = ({ messageId, to, status }: Message): Answer => {
  const body =
    status === 'sent'
      ? { messageId, to, status }
      : { code: 'unreachable_number', message: `nobody has the number ${to}` };
  return { status: status === 'sent' ? 201 : 422, body: JSON.stringify(body) };
};
