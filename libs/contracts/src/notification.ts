/** The notification service: a notice is recorded once, then delivered by workers. */
import { z } from 'zod';
import { defineCommand, success } from './contract.js';
import { currency, minorUnits, orderId, orderItem } from './values.js';

/** Answered when the notice is recorded; a mail server that is down delays it and fails nothing. */
export const notifyCustomer = defineCommand({
  name: 'notification.notify-customer',
  version: 1,
  participant: 'notification',
  topic: 'notification.commands',
  payload: z.object({
    template: z.enum(['order-confirmed', 'return-refunded']),
    /** What the notice is about; with the template it is its identity, so it goes out once. */
    subjectId: z.uuid(),
    email: z.string().min(3).max(320),
    /** Of `return-refunded`: the lines that came back, and what was given back for them. */
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
