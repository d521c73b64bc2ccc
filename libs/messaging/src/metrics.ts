/** What messaging shows at `/metrics`. */
import { counter, gauge, histogram } from '#platform';
import type { ObservedBatch } from './kafka/consumer-options.js';
import type { Outbox } from './outbox/outbox.js';

const trouble = {
  'dead-letter': counter({
    name: 'messaging_dead_letters_total',
    help: 'Messages that were put aside as dead letters',
    labelNames: ['topic'],
  }),
  loop: counter({
    name: 'messaging_loops_total',
    help: 'Messages that were stopped because they went round in circles',
    labelNames: ['topic'],
  }),
  retry: counter({
    name: 'messaging_retries_total',
    help: 'Batches tried again because of a fault that passes',
    labelNames: ['topic'],
  }),
};

const batchSeconds = histogram({
  name: 'messaging_batch_duration_seconds',
  help: 'Time from fetching the messages of a partition to their commit',
  labelNames: ['topic'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
});
const messages = counter({
  name: 'messaging_messages_total',
  help: 'Messages handed to a handler, repeats included',
  labelNames: ['topic'],
});
const lag = gauge({
  name: 'messaging_consumer_lag',
  help: 'Messages of a partition behind the last batch',
  labelNames: ['topic', 'partition'],
});

export const countTrouble = (what: keyof typeof trouble, topic: string): void =>
  trouble[what].inc({ topic });

export function observeBatch(batch: ObservedBatch): void {
  const { topic, partition } = batch;
  batchSeconds.observe({ topic }, batch.durationMs / 1000);
  messages.inc({ topic }, batch.messages);
  lag.set({ topic, partition }, batch.lag);
}

const outboxes = new Set<Outbox>();
gauge({
  name: 'messaging_outbox_backlog',
  help: 'Committed events that have not been sent yet',
  collect() {
    let backlog = 0;
    for (const outbox of outboxes) backlog += outbox.backlog;
    this.set(backlog);
  },
});

/** Shows its backlog until the answer is called. */
export function observeOutbox(outbox: Outbox): () => void {
  outboxes.add(outbox);
  return () => void outboxes.delete(outbox);
}
