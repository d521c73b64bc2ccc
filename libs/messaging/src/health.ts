import type { HealthPart } from '#platform';
import type { Database } from './database.js';
import type { KafkaClient } from './kafka/client.js';
import type { Outbox } from './outbox/outbox.js';
import type { BatchTransport } from './transport/strategy.js';

export const databaseHealth = (database: Database): HealthPart => ({
  name: 'database',
  required: true,
  check: async () => {
    await database.query('select 1');
    return undefined;
  },
});

/** A service that can do without, for a while, says so where it lists its parts. */
export const kafkaHealth = (
  kafka: KafkaClient,
  transport: BatchTransport,
  outbox: Outbox,
): HealthPart => ({
  name: 'kafka',
  required: true,
  check: async () => {
    await kafka.ping();
    if (transport.failure) throw new Error(`not consuming: ${transport.failure.message}`);
    if (outbox.failure) throw new Error(`not publishing: ${outbox.failure.message}`);
    return outbox.backlog > 0 ? `${outbox.backlog} events to be sent` : undefined;
  },
});
