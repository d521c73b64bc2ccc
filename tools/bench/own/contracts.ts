/** The commands of the four-step order that every contender carries out. */
import { defineCommand, refusal, success } from '#contracts';
import { z } from 'zod';

const orderId = z.string().min(1).max(100);
const payload = z.object({ orderId, amount: z.int() });
const done = z.object({});

const line = z.object({
  productId: z.string().min(1).max(100),
  quantity: z.int(),
  unitPrice: z.int(),
});
export type BenchOrderLine = z.output<typeof line>;

/** What is ordered. The other contenders have no such thing; it is left out when they compare. */
const lines = z.array(line).optional();

export const benchInput = z.object({
  orderId,
  amount: z.int(),
  /** The card is refused. */
  isDeclined: z.boolean(),
  lines,
});

export const reserve = defineCommand({
  name: 'inventory.bench-reserve',
  version: 1,
  participant: 'inventory',
  topic: 'inventory.commands',
  payload: payload.extend({ lines }),
  replies: { 'inventory.bench-reserved': success(done) },
});

export const release = defineCommand({
  name: 'inventory.bench-release',
  version: 1,
  participant: 'inventory',
  topic: 'inventory.commands',
  payload,
  replies: { 'inventory.bench-released': success(done) },
});

export const charge = defineCommand({
  name: 'payment.bench-charge',
  version: 1,
  participant: 'payment',
  topic: 'payment.commands',
  payload: payload.extend({ isDeclined: z.boolean() }),
  replies: {
    'payment.bench-charged': success(done),
    'payment.bench-declined': refusal(z.object({ code: z.string() })),
  },
});

export const refund = defineCommand({
  name: 'payment.bench-refund',
  version: 1,
  participant: 'payment',
  topic: 'payment.commands',
  payload,
  replies: { 'payment.bench-refunded': success(done) },
});

export const ship = defineCommand({
  name: 'shipping.bench-ship',
  version: 1,
  participant: 'shipping',
  topic: 'shipping.commands',
  payload,
  replies: { 'shipping.bench-shipped': success(done) },
});

export const notify = defineCommand({
  name: 'notification.bench-notify',
  version: 1,
  participant: 'notification',
  topic: 'notification.commands',
  payload,
  replies: { 'notification.bench-notified': success(done) },
});
