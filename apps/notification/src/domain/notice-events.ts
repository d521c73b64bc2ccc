/** Which fact makes which notice. */
import { isDeclinedCard } from '#contracts';
import type { Contact } from './contact.js';
import type { Fact } from './facts.js';
import {
  isSmsTemplate,
  noticeIdOf,
  type Channel,
  type NewNotice,
  type NoticeCause,
  type NoticeOrder,
  type NoticeSubject,
  type Template,
} from './notice.js';

/** The templates that a shop may have sent because something happened. */
export const EVENT_TEMPLATES = [
  'order-created',
  'order-confirmed',
  'order-cancelled',
  'order-shipped',
  'order-completed',
  'payment-created',
  'payment-succeeded',
  'payment-failed',
  'refund-completed',
] as const satisfies readonly Template[];
export type EventTemplate = (typeof EVENT_TEMPLATES)[number];

/** A notice that lacks only its recipient. */
export interface Occasion {
  readonly template: EventTemplate;
  readonly subject: NoticeSubject;
  /** What the fact says; the contact knows the rest. */
  readonly order: Pick<NoticeOrder, 'orderId'> & Partial<NoticeOrder>;
}

/** The contact that an order comes with; those of before came without. */
export function contactOf(fact: Fact): Contact | undefined {
  if (fact.name !== 'order.created' || !fact.data.contact) return undefined;
  const { orderId, currency, totalAmount, contact } = fact.data;
  const { email, phone = null, locale = null } = contact;
  return { orderId: orderId.toLowerCase(), email, phone, locale, currency, totalAmount };
}

export function occasionOf(fact: Fact): Occasion | undefined {
  const { orderId, revision } = fact.data;
  const once = { subjectId: orderId };
  const eachTime = { subjectId: orderId, revision };
  switch (fact.name) {
    case 'order.created': {
      const { currency, totalAmount, items, contact } = fact.data;
      const order = { orderId, currency, totalAmount, items };
      return contact && { template: 'order-created', subject: once, order };
    }
    case 'order.cancelled': {
      const { currency, totalAmount, reason } = fact.data;
      const order = { orderId, currency, totalAmount, reasonCode: reason.code };
      return { template: 'order-cancelled', subject: once, order };
    }
    case 'order.confirmed':
    case 'order.completed': {
      const { currency, totalAmount } = fact.data;
      const template = fact.name === 'order.confirmed' ? 'order-confirmed' : 'order-completed';
      return { template, subject: once, order: { orderId, currency, totalAmount } };
    }
    case 'shipment.handed-over': {
      const { trackingNumber } = fact.data;
      return { template: 'order-shipped', subject: once, order: { orderId, trackingNumber } };
    }
    case 'payment.instructed': {
      const { method, instructions } = fact.data;
      const order = { ...paymentOf(fact.data), instructions: { ...instructions, method } };
      return { template: 'payment-created', subject: once, order };
    }
    case 'payment.completed':
      return { template: 'payment-succeeded', subject: once, order: paymentOf(fact.data) };
    case 'payment.failed': {
      // What else was not paid is over with its order, of which the order's own notice tells.
      if (!isDeclinedCard(fact.data)) return undefined;
      const { code: reasonCode } = fact.data.reason;
      const order = { ...paymentOf(fact.data), reasonCode };
      return { template: 'payment-failed', subject: eachTime, order };
    }
    case 'refund.completed': {
      const order = { ...paymentOf(fact.data), refunded: fact.data.refunded };
      return { template: 'refund-completed', subject: eachTime, order };
    }
  }
}

const paymentOf = (data: { orderId: string; currency: string; amount: number }) => ({
  orderId: data.orderId,
  currency: data.currency,
  totalAmount: data.amount,
});

/** One for each channel that there is for it. */
export function noticesOf(
  { template, subject, order }: Occasion,
  contact: Contact,
  { sms, cause }: { readonly sms: boolean; readonly cause: NoticeCause },
): NewNotice[] {
  const { currency, totalAmount, locale, email, phone } = contact;
  const to = (channel: Channel, recipient: string): NewNotice => ({
    noticeId: noticeIdOf(template, subject, channel),
    template,
    channel,
    subjectId: subject.subjectId,
    recipient,
    locale,
    order: { currency, totalAmount, items: [], ...order },
    status: 'recorded',
    cause,
  });
  const texted = sms && phone !== null && isSmsTemplate(template);
  return [to('email', email), ...(texted ? [to('sms', phone)] : [])];
}
