/** One notice to one person about one thing: recorded once, delivered once. */
import type { notifyCustomer } from '#contracts';
import type { ReceivedEvent } from '#messaging';
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

/** The event of the command that asked for a notice, without its data, which the notice has. */
export type NoticeCommand = Omit<ReceivedEvent, 'data'>;

export interface NewNotice extends Notice {
  readonly command: NoticeCommand;
}

export type Outcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'sent' }
  | ({ readonly kind: 'undeliverable' } & Problem);

export interface Problem {
  /** The mail server's reply code, or a code of our own. */
  readonly code: string;
  readonly message: string;
}

/** Its identity, so that whatever asks for the same notice again asks for nothing new. */
export const noticeIdOf = (template: Template, subjectId: string): string =>
  `${template}:${subjectId.toLowerCase()}`;

/**
 * The same for every try. A mail server took a mail and its answer got lost: then it goes out again,
 * and this is what lets the recipient's side see that it is the same mail.
 */
export const messageIdOf = ({ template, subjectId }: Notice): string =>
  `<${template}.${subjectId}@saga.example.com>`;
