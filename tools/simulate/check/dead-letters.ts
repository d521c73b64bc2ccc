/** What was put aside: only data that a service trips over, and mails that nobody can deliver. */
import { deadLetterTopicOf, type RawMessage } from '#messaging';
import type { ServiceName } from '../plan.js';
import type { Shop } from '../shop/shop.js';
import type { Report } from './report.js';

export function checkDeadLetters(shop: Shop, report: Report): void {
  for (const [topic, readers] of readersOf(shop)) {
    const orderIds = readers.flatMap((service) => [...expectedOf(shop, service)]);
    for (const { log } of shop.broker.partitions(deadLetterTopicOf(topic))) {
      for (const letter of log) if (!isAbout(letter, orderIds)) report(`dead: ${told(letter)}`);
    }
  }
}

/** Facts have several, commands have one. */
function readersOf({ services }: Shop): Map<string, ServiceName[]> {
  const readers = new Map<string, ServiceName[]>();
  for (const [service, { group, facts }] of Object.entries(services)) {
    for (const { topic } of [group, ...facts]) {
      readers.set(topic, [...(readers.get(topic) ?? []), service as ServiceName]);
    }
  }
  return readers;
}

/** The orders of which this service may give something up. */
function* expectedOf({ tripped, customers }: Shop, service: ServiceName): Iterable<string> {
  yield* tripped.get(service) ?? [];
  if (service !== 'notification') return;
  for (const [orderId, { mailbox }] of customers.planOfId) if (mailbox === 'unknown') yield orderId;
}

/** A letter has the message in it, as it was. */
const isAbout = ({ value }: RawMessage, orderIds: readonly string[]): boolean => {
  const text = String(value);
  return orderIds.some((orderId) => text.includes(orderId));
};

const told = ({ headers }: RawMessage): string => {
  const header = (name: string): string => String(headers?.[`ce_${name}`]);
  return `${header('deadtype')} of ${header('subject')}, ${header('deadcode')}`;
};
