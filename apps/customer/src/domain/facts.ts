import { customerCreated, customerUpdated, eventType, type CustomerFact } from '#contracts';
import type { OutgoingEvent } from '#messaging';
import type { Customer } from './customer.js';

/**
 * Why somebody is blocked stays here: nobody else needs it.
 * @param time RFC 3339, the same for all of a batch
 */
export function factEvent(customer: Customer, time: string): OutgoingEvent<CustomerFact> {
  const { name, topic } = customer.revision === 1 ? customerCreated : customerUpdated;
  const { blockReason: _, ...data } = customer;
  return {
    topic,
    key: data.customerId,
    id: `${name}:${data.customerId}@${data.revision}`,
    source: 'customer',
    type: eventType(name),
    subject: data.customerId,
    time,
    data: { ...data, occurredAt: time },
  };
}
