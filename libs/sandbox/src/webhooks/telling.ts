/** What a sandbox needs to tell others, where somebody wants to be told. */
import type { Backoff } from '#platform';
import type { Journal } from '../journal.js';
import type { Mood } from '../mood.js';
import type { WebhookBooks, WebhookEntry } from './webhook-books.js';
import { WebhookSender, type WebhookTarget } from './webhook-sender.js';

export interface SandboxTelling {
  /** Where what happens is told; absent = nowhere. */
  readonly webhooks?: { readonly url: string; readonly secret: string } | undefined;
  readonly webhookRetry?: Backoff;
}

export interface TellingParts {
  readonly books: WebhookBooks;
  readonly mood: Mood;
  readonly journal: Pick<Journal<WebhookEntry>, 'append' | 'written'>;
  readonly now: () => number;
  readonly onFault: (error: unknown) => void;
}

/** Among the entries of a journal, those about what is told. */
export const isTold = (entry: { readonly kind: string }): entry is WebhookEntry =>
  entry.kind === 'webhook' || entry.kind === 'webhook-tried';

/** Undefined when nobody is told. @param sign how this sandbox signs, with the receiver's secret */
export const webhookSenderOf = (
  { webhooks, webhookRetry }: SandboxTelling,
  sign: (secret: string) => WebhookTarget['sign'],
  { journal, ...parts }: TellingParts,
): WebhookSender | undefined =>
  webhooks &&
  new WebhookSender({
    ...parts,
    url: webhooks.url,
    sign: sign(webhooks.secret),
    append: (entries) => journal.append(entries),
    written: () => journal.written(),
    ...(webhookRetry && { retry: webhookRetry }),
  });
