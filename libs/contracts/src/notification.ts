/** The notification service: a notice is recorded once, then delivered by workers. */
import { z } from 'zod';
import { defineCommand, success } from './contract.js';
import { currency, email, locale, minorUnits, orderId, orderItem, phone } from './values.js';

/** Answered when the notice is recorded; a mail server that is down delays it and fails nothing. */
export const notifyCustomer = defineCommand({
  name: 'notification.notify-customer',
  version: 1,
  participant: 'notification',
  topic: 'notification.commands',
  payload: z.object({
    template: z.enum(['order-confirmed', 'order-shipped', 'return-refunded', 'parcel-lost']),
    /** What the notice is about; with the template it is its identity, so it goes out once. */
    subjectId: z.uuid(),
    email,
    phone: phone.optional(),
    locale: locale.optional(),
    /** Of `return-refunded` and `parcel-lost`: the lines, and what was given back for them. */
    order: z.object({
      orderId,
      currency,
      totalAmount: minorUnits,
      items: z.array(orderItem),
      trackingNumber: z.string().optional(),
    }),
  }),
  replies: { 'notification.notice-recorded': success(z.object({ noticeId: z.string() })) },
});
