/** The carrier's answers as it writes them, and what they mean. */
import { OutboundError, plainCode } from '#platform';
import { z } from 'zod';
import type { TrackingPage } from './carrier.js';
import { SERVICES } from './carrier.js';

const TARGET = 'carrier';

/** What goes into tables and messages; nothing else is taken from outside. */
const name = z.string().regex(/^[\x20-\x7e]{1,200}$/);
/** Also of a year that a table takes. */
const time = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .refine((text) => /^(19[7-9]|2\d\d)\d/.test(text));

export const bookedAnswer = z.object({ shipmentId: name, trackingNumber: name });
export const foundAnswer = z.object({ items: z.array(bookedAnswer) });
export const parcelAnswer = z.object({
  status: z.string(),
  handedOverAt: time.optional().catch(undefined),
});
export const returnAnswer = z.object({ trackingNumber: name, status: z.string() });
export const returnsAnswer = z.object({ items: z.array(returnAnswer) });
export const problemAnswer = z.object({
  code: z.string().min(1).transform(plainCode),
  shipment: bookedAnswer.optional(),
  handedOverAt: time.optional().catch(undefined),
});

const rate = z.object({
  service: z.enum(SERVICES),
  amount: z.int().min(0),
  currency: z.string().regex(/^[A-Z]{3}$/),
  days: z.int().min(0),
});
export const ratesAnswer = z.tuple([rate], rate);

const seq = z.int().min(1);
const event = bookedAnswer.extend({
  seq,
  reference: z.string(),
  kind: z.enum(['picked_up', 'delivered', 'lost', 'cancelled']),
  at: time,
});
const page = z.object({ items: z.array(z.looseObject({ seq })) });

/** One event that nobody understands must not hold up all those behind it; its number suffices. */
export function trackingPage(body: unknown, status: number): TrackingPage {
  const { items } = known(page, body, status);
  const events = items.flatMap((item) => event.safeParse(item).data ?? []);
  return {
    events,
    seq: items.length > 0 ? Math.max(...items.map((item) => item.seq)) : undefined,
    unreadable: items.length - events.length,
  };
}

/** An answer that nobody understands says nothing about what was done. */
export const known = <Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  status: number,
): z.output<Schema> => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new OutboundError(TARGET, 'bad-answer', `HTTP ${status}`);
};
