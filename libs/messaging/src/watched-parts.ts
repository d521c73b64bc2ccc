/** The parts of messaging that metrics look into when somebody asks for them. */
import { gauge, Reading, runtime } from '#platform';
import type { Database } from './database.js';
import { deadLetterTopicOf } from './dead-letter.js';
import type { KafkaClient } from './kafka/client.js';
import type { Outbox } from './outbox/outbox.js';
import { beginCounting } from './metrics.js';
import type { BatchTransport } from './transport/strategy.js';

export interface WatchedParts {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly transport: BatchTransport;
  readonly client: KafkaClient;
}

interface Watched extends WatchedParts {
  readonly lag: Reading<Readonly<Record<string, readonly number[]>>>;
  readonly kept: Reading<Readonly<Record<string, number>>>;
}

/** A process has one of them; tests have as many as they build applications. */
const watched = new Set<Watched>();

/** Shows these parts until the answer is called. */
export function watchParts(parts: WatchedParts): () => void {
  const { client, transport } = parts;
  const one: Watched = {
    ...parts,
    lag: new Reading(async () => {
      const groups = [...transport.subscriptions];
      const lags = await Promise.all(groups.map(([group, topics]) => client.lag(group, topics)));
      return Object.assign({}, ...lags) as Record<string, number[]>;
    }),
    kept: new Reading(() => client.kept(transport.topics.map(deadLetterTopicOf))),
  };
  watched.add(one);
  return () => void watched.delete(one);
}

gauge({
  name: 'messaging_consumer_lag',
  help: 'Messages of a partition that the consumer group has not committed, as the broker says',
  labelNames: ['topic', 'partition'],
  async collect() {
    const read = await Promise.all([...watched].map(({ lag }) => lag.latest()));
    this.reset();
    for (const topics of read) {
      for (const [topic, partitions] of Object.entries(topics ?? {})) {
        partitions.forEach((behind, partition) => this.set({ topic, partition }, behind));
      }
    }
  },
});
gauge({
  name: 'messaging_dead_letters_kept',
  help: 'Messages that lie in the dead letter topic of a topic, whoever put them there',
  labelNames: ['topic'],
  async collect() {
    const read = await Promise.all([...watched].map(({ kept }) => kept.latest()));
    this.reset();
    for (const topics of read) {
      for (const [topic, count] of Object.entries(topics ?? {})) {
        this.set({ topic: topic.replace(/\.dlq$/, '') }, count);
      }
    }
  },
});
gauge({
  name: 'messaging_consuming',
  help: '1 while the topics of the service are consumed, 0 while something keeps it from that',
  collect() {
    for (const { transport } of watched) {
      this.set(transport.failure === undefined ? 1 : 0);
      for (const topic of transport.topics) beginCounting(topic);
    }
  },
});

const sum = (of: (parts: Watched) => number): number =>
  [...watched].reduce((total, parts) => total + of(parts), 0);

gauge({
  name: 'messaging_outbox_backlog',
  help: 'Committed events that this process has not sent yet',
  collect() {
    this.set(sum(({ outbox }) => outbox.backlog));
  },
});
gauge({
  name: 'messaging_outbox_oldest_seconds',
  help: 'How long the oldest event that this process has not sent yet has been waiting',
  collect() {
    const now = runtime.monotonicMs();
    const waits = [...watched].map(({ outbox }) => now - (outbox.oldestSinceMs ?? now));
    this.set(Math.max(0, ...waits) / 1_000);
  },
});

gauge({
  name: 'database_pool_connections',
  help: 'Connections of the pool: in use and idle',
  labelNames: ['state'],
  collect() {
    this.set(
      { state: 'used' },
      sum(({ database: { pool } }) => pool.size - pool.idle),
    );
    this.set(
      { state: 'idle' },
      sum(({ database: { pool } }) => pool.idle),
    );
  },
});
gauge({
  name: 'database_pool_waiting',
  help: 'Transactions that wait for a connection of the pool',
  collect() {
    this.set(sum(({ database: { pool } }) => pool.waiting));
  },
});
gauge({
  name: 'database_pool_size_max',
  help: 'Most connections that the pool opens',
  collect() {
    this.set(sum(({ database: { pool } }) => pool.max));
  },
});
