/** One notice to one person about one thing: recorded once, delivered once. */
import type { notifyCustomer } from '#contracts';
import type { z } from 'zod';

export type NotifyPayload = z.output<typeof notifyCustomer.payload>;
export type NoticeOrder = NotifyPayload['order'];
export type Template = NotifyPayload['template'];

/**
 * - `recorded`: it will be delivered; the mail server may have it already.
 * - `sent`: the mail server took it.
 * - `undeliverable`: the mail server will never take it, or did not for days.
 */
export type NoticeStatus = 'recorded' | 'sent' | 'undeliverable';

export interface Notice {
  readonly noticeId: string;
  readonly template: Template;
  readonly subjectId: string;
  readonly email: string;
  readonly order: NoticeOrder;
  readonly status: NoticeStatus;
}

export type Outcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'sent' }
  /** `code`: the mail server's reply code, or what is wrong with the address. */
  | { readonly kind: 'undeliverable'; readonly code: string };

/** Its identity, so that whatever asks for the same notice again asks for nothing new. */
export const noticeIdOf = (template: Template, subjectId: string): string =>
  `${template}:${subjectId.toLowerCase()}`;

/**
 * The same for every try. A mail server took a mail and its answer got lost: then it goes out again,
 * and this is what lets the recipient's side see that it is the same mail.
 */
export const messageIdOf = ({ template, subjectId }: Notice): string =>
  `<${template}.${subjectId}@saga.example.com>`;
