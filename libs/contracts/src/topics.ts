/** Every topic of the system: its partitions and how long it keeps what it holds. */

const DAY_MS = 24 * 60 * 60 * 1000;

export interface TopicSpec {
  readonly partitions: number;
  readonly retentionMs: number;
  /** What the messages are keyed by, so that one key's messages stay in one partition. */
  readonly key: string;
  /** The latest message of each key is kept for good: who comes later still learns of all. */
  readonly compacted?: boolean;
}

export const topics = {
  'saga.inbox': { partitions: 12, retentionMs: 7 * DAY_MS, key: 'business key of the saga' },
  'order.commands': { partitions: 6, retentionMs: 7 * DAY_MS, key: 'business key of the saga' },
  'inventory.commands': { partitions: 6, retentionMs: 7 * DAY_MS, key: 'business key of the saga' },
  'payment.commands': { partitions: 6, retentionMs: 7 * DAY_MS, key: 'business key of the saga' },
  'shipping.commands': { partitions: 6, retentionMs: 7 * DAY_MS, key: 'business key of the saga' },
  'notification.commands': {
    partitions: 6,
    retentionMs: 7 * DAY_MS,
    key: 'business key of the saga',
  },
  'settlement.commands': {
    partitions: 6,
    retentionMs: 7 * DAY_MS,
    key: 'business key of the saga',
  },
  'withdrawal.commands': {
    partitions: 6,
    retentionMs: 7 * DAY_MS,
    key: 'business key of the saga',
  },
  'order.events': { partitions: 12, retentionMs: 7 * DAY_MS, key: 'order id' },
  'payment.events': { partitions: 6, retentionMs: 7 * DAY_MS, key: 'order id' },
  'inventory.events': { partitions: 6, retentionMs: 7 * DAY_MS, key: 'product id' },
  'shipment.events': { partitions: 6, retentionMs: 7 * DAY_MS, key: 'order id' },
  'product.events': {
    partitions: 6,
    retentionMs: 7 * DAY_MS,
    key: 'product id',
    compacted: true,
  },
  'customer.events': {
    partitions: 6,
    retentionMs: 7 * DAY_MS,
    key: 'customer id',
    compacted: true,
  },
  'merchant.events': {
    partitions: 6,
    retentionMs: 7 * DAY_MS,
    key: 'merchant id',
    compacted: true,
  },
  'settlement.events': { partitions: 6, retentionMs: 7 * DAY_MS, key: 'merchant id' },
  'withdrawal.events': { partitions: 6, retentionMs: 7 * DAY_MS, key: 'withdrawal id' },
  'accounting.events': { partitions: 1, retentionMs: 30 * DAY_MS, key: 'day' },
  'operator.events': { partitions: 6, retentionMs: 30 * DAY_MS, key: 'what was acted upon' },
  // Facts told again, to one reader alone.
  'analytics.replay': { partitions: 6, retentionMs: 7 * DAY_MS, key: 'as the fact' },
  'accounting.replay': { partitions: 6, retentionMs: 7 * DAY_MS, key: 'as the fact' },
  'settlement.replay': { partitions: 6, retentionMs: 7 * DAY_MS, key: 'as the fact' },
} as const satisfies Record<string, TopicSpec>;

export type TopicName = keyof typeof topics;

/** Where a message goes that cannot be handled, with the reason in its headers. */
export const deadLetterTopic = (topic: string): string => `${topic}.dlq`;

/** Dead letters wait for a person, so they are kept longer, in one partition to read in order. */
export const deadLetterSpec: TopicSpec = {
  partitions: 1,
  retentionMs: 30 * DAY_MS,
  key: 'key of the original message',
};

/** All topics with their dead letter topics, ready to create. */
export const allTopics = (): Record<string, TopicSpec> =>
  Object.fromEntries(
    Object.entries(topics).flatMap(([name, spec]) => [
      [name, spec as TopicSpec],
      [deadLetterTopic(name), deadLetterSpec],
    ]),
  );
