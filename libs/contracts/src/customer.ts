/** Customers and how they are reached. Facts hold all of a customer, so the latest is enough. */
import { z } from 'zod';
import { defineEvent } from './contract.js';
import { email, locale, phone } from './values.js';

/** Who is blocked cannot order. */
export const customerStatus = z.enum(['active', 'blocked']);
export type CustomerStatus = z.infer<typeof customerStatus>;

const customerFact = z.object({
  customerId: z.string().min(1).max(64),
  /** Grows by one with each change of the customer. */
  revision: z.int().min(1),
  name: z.string().min(1).max(200),
  status: customerStatus,
  email,
  phone: phone.optional(),
  locale: locale.optional(),
  occurredAt: z.string(),
});
export type CustomerFact = z.infer<typeof customerFact>;

export const customerCreated = defineEvent({
  name: 'customer.created',
  version: 1,
  topic: 'customer.events',
  data: customerFact,
});
export const customerUpdated = defineEvent({
  name: 'customer.updated',
  version: 1,
  topic: 'customer.events',
  data: customerFact,
});
