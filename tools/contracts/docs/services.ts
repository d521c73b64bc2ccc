/** Who sends what, and who reads which topic. Pure. */
import { SAGA_MESSAGES, type TopicName } from '#contracts';
import type { Entry } from './catalogue.js';

/** Whose facts a topic holds. Nobody else writes to it. */
const owners: Partial<Record<TopicName, string>> = {
  'order.events': 'order',
  'payment.events': 'payment',
  'inventory.events': 'inventory',
  'shipment.events': 'shipping',
  'product.events': 'catalog',
  'customer.events': 'customer',
  'merchant.events': 'merchant',
  'settlement.events': 'settlement',
  'withdrawal.events': 'withdrawal',
  'accounting.events': 'accounting',
};

/** Tells facts of all others again, where one reader alone listens. */
export const RETELLER = 'audit';

/** Not a service: people who run the system, with the tools they have for it. */
export const OPERATORS = 'operators';

/** What arrives at the inbox of sagas and is no answer. Absent: every participant sends it. */
const inbox: Readonly<Record<string, string>> = {
  [`${SAGA_MESSAGES.start}.withdraw`]: 'withdrawal',
  [SAGA_MESSAGES.start]: 'order',
  [SAGA_MESSAGES.cancel]: 'order',
  [SAGA_MESSAGES.mend]: 'order',
  [SAGA_MESSAGES.tick]: 'orchestrator',
  [SAGA_MESSAGES.hold]: OPERATORS,
  [SAGA_MESSAGES.release]: OPERATORS,
  [SAGA_MESSAGES.move]: OPERATORS,
};

export type Handled = ReadonlyMap<string, readonly string[]>;

/** The services that send a message, in alphabetical order. */
export function sendersOf(entry: Entry, participants: readonly string[]): readonly string[] {
  const owner = owners[entry.topic as TopicName];
  if (entry.kind === 'event') return owner === undefined ? [] : [owner];
  if (entry.kind === 'command') return ['orchestrator'];
  if (entry.kind === 'reply') return entry.participants ?? participants;
  const known = Object.keys(inbox).find((name) => `${entry.name}.`.startsWith(`${name}.`));
  return known === undefined ? participants : [inbox[known] as string];
}

/** The services that read a topic, in alphabetical order. */
export const readersOf = (topic: string, handled: Handled): readonly string[] => {
  const participant = /^(.+)\.commands$/.exec(topic)?.[1];
  const readers = [...handled].flatMap(([service, topics]) =>
    topics.includes(topic) ? [service] : [],
  );
  return participant === undefined ? readers.toSorted() : [participant];
};
