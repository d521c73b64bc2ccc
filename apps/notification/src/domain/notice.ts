/** One notice to one person about one thing, over one channel: recorded once, delivered once. */
import { notifyCustomer, type OrderItem, type PaymentInstructions } from '#contracts';
import type { PaymentMethod } from '#contracts';
import type { ReceivedEvent } from '#messaging';
import type { z } from 'zod';

export type NotifyPayload = z.output<typeof notifyCustomer.payload>;

/** What there are texts for, in each language. */
export const TEMPLATES = [
  'order-created',
  'order-confirmed',
  'order-paid',
  'order-cancelled',
  'order-shipped',
  'order-completed',
  'payment-created',
  'payment-succeeded',
  'payment-failed',
  'refund-completed',
  'return-refunded',
  'parcel-lost',
] as const;
export type Template = (typeof TEMPLATES)[number];

/** What is worth a short message too. */
export const SMS_TEMPLATES = ['order-shipped', 'payment-created'] as const;
export type SmsTemplate = (typeof SMS_TEMPLATES)[number];

export const isSmsTemplate = (template: Template): template is SmsTemplate =>
  (SMS_TEMPLATES as readonly Template[]).includes(template);

export type Channel = 'email' | 'sms';

/** What a notice tells of; amounts in minor units. */
export interface NoticeOrder {
  readonly orderId: string;
  readonly currency: string;
  /** What the notice is about: of the order, the payment, or what came back. */
  readonly totalAmount: number;
  readonly items: readonly OrderItem[];
  readonly trackingNumber?: string | undefined;
  /** Of `payment-created`. */
  readonly instructions?: PaymentInstructions & { readonly method: PaymentMethod };
  /** Of `refund-completed`: all that was ever given back. */
  readonly refunded?: number;
  /** Why it was cancelled, or failed. */
  readonly reasonCode?: string;
}

/**
 * - `recorded`: it will be delivered; the provider may have it already.
 * - `sent`: the mail server, or the provider of short messages, took it.
 * - `undeliverable`: it will never take it, or did not for days.
 */
export type NoticeStatus = 'recorded' | 'sent' | 'undeliverable';

export interface Notice {
  readonly noticeId: string;
  readonly template: Template;
  readonly channel: Channel;
  /** The order, or the return, that it is about. */
  readonly subjectId: string;
  /** A mail address, or a phone number. */
  readonly recipient: string;
  /** What the customer reads; null: nobody said. */
  readonly locale: string | null;
  readonly order: NoticeOrder;
  readonly status: NoticeStatus;
  /** Of the event that asked for it. */
  readonly traceparent?: string;
}

/**
 * The event that asked for a notice. That of a command lacks the order, which the notice has, and
 * that of an older one all of its data.
 */
export type NoticeCause = Omit<ReceivedEvent, 'data'> & { readonly data?: unknown };

export interface NewNotice extends Notice {
  readonly cause: NoticeCause;
}

export type Outcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'sent' }
  | ({ readonly kind: 'undeliverable' } & Problem);

export interface Problem {
  /** The provider's code, or one of our own. */
  readonly code: string;
  readonly message: string;
}

/** What a notice is about, among those of one template. */
export interface NoticeSubject {
  readonly subjectId: string;
  /** Where an order has several: the revision of the payment, say. */
  readonly revision?: number | undefined;
}

/** Its identity, so that whatever asks for the same notice again asks for nothing new. */
export const noticeIdOf = (
  template: Template,
  { subjectId, revision }: NoticeSubject,
  channel: Channel = 'email',
): string =>
  [
    template,
    subjectId.toLowerCase(),
    ...(revision === undefined ? [] : [revision]),
    // Mail was there first, and its ids stay as they were.
    ...(channel === 'email' ? [] : [channel]),
  ].join(':');

/**
 * The same for every try. A mail server took a mail and its answer got lost: then it goes out again,
 * and this is what lets the recipient's side see that it is the same mail.
 */
export const messageIdOf = ({ noticeId }: Pick<Notice, 'noticeId'>): string =>
  `<${noticeId.replaceAll(':', '.')}@saga.example.com>`;

/** The event that asked for a notice, as it came. */
export function causeOf(notice: Notice, cause: NoticeCause): ReceivedEvent {
  if (cause.topic !== notifyCustomer.topic) return { ...cause, data: cause.data };
  const { template, subjectId, recipient, order } = notice;
  const said = cause.data ?? { template, subjectId, email: recipient };
  return { ...cause, data: { ...said, order } };
}
