/** What messaging shows at `/metrics`. Nothing here runs once a message: what it counts are batches. */
import { counter, histogram, runtime } from '#platform';
import type { ReceivedEvent } from './event.js';
import type { ObservedBatch } from './kafka/consumer-options.js';
import type { StoredMessage } from './outbox/ports.js';

const DEAD_LETTERS = '.dlq';

const trouble = {
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
const deadLetters = counter({
  name: 'messaging_dead_letters_total',
  help: 'Messages that this process has put aside as dead letters',
  labelNames: ['topic'],
});
const published = counter({
  name: 'messaging_published_total',
  help: 'Events committed to be sent, by the topic they go to',
  labelNames: ['topic'],
});

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
const events = counter({
  name: 'messaging_events_total',
  help: 'Events that were handled, each once it was committed',
  labelNames: ['topic', 'type'],
});
const processingSeconds = histogram({
  name: 'messaging_event_processing_seconds',
  help: 'Time from fetching events to their commit, once a batch and type: the slowest of them',
  labelNames: ['topic', 'type'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
});
const ageSeconds = histogram({
  name: 'messaging_event_age_seconds',
  help: 'Time from when an event says it happened to its commit here, once a batch and type',
  labelNames: ['topic', 'type'],
  buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3_600, 86_400],
});

export const countTrouble = (what: keyof typeof trouble, topic: string): void =>
  trouble[what].inc({ topic });

/** So that the first of them is seen as one more: a counter that begins with 1 has not grown. */
export function beginCounting(topic: string): void {
  trouble.loop.inc({ topic }, 0);
  trouble.retry.inc({ topic }, 0);
  deadLetters.inc({ topic }, 0);
}

export function observeBatch({ topic, messages: count, durationMs }: ObservedBatch): void {
  batchSeconds.observe({ topic }, durationMs / 1000);
  messages.inc({ topic }, count);
}

/** Types come from outside: no sender may fill our memory, or Prometheus's, with names. */
const MAX_TYPES = 300;
const OTHER = 'other';
const knownTypes = new Set<string>();

function labelOf(type: string): string {
  if (knownTypes.has(type)) return type;
  if (knownTypes.size >= MAX_TYPES || type.length > 100) return OTHER;
  knownTypes.add(type);
  return type;
}

/** A transaction of these events was committed; they are of one topic. */
export function observeHandled(handled: readonly ReceivedEvent[], processingMs: number): void {
  const [first] = handled;
  if (first === undefined) return;
  const { topic } = first;
  const counts = new Map<string, { count: number; readonly oldest: string }>();
  for (const { type, time } of handled) {
    const known = counts.get(type);
    // In a partition the first is the oldest; between partitions it hardly matters.
    if (known === undefined) counts.set(type, { count: 1, oldest: time });
    else known.count += 1;
  }
  const now = runtime.date().getTime();
  for (const [name, { count, oldest }] of counts) {
    const labels = { topic, type: labelOf(name) };
    events.inc(labels, count);
    processingSeconds.observe(labels, processingMs / 1_000);
    const ageMs = now - Date.parse(oldest);
    // What a sender's clock makes of it may lie in the future, or be no time at all.
    if (ageMs >= 0) ageSeconds.observe(labels, ageMs / 1_000);
  }
}

/** A transaction with these events to be sent was committed. */
export function observePublished(rows: readonly StoredMessage[]): void {
  const counts = new Map<string, number>();
  for (const { message } of rows) counts.set(message.topic, (counts.get(message.topic) ?? 0) + 1);
  for (const [topic, count] of counts) {
    published.inc({ topic }, count);
    if (!topic.endsWith(DEAD_LETTERS)) continue;
    deadLetters.inc({ topic: topic.slice(0, -DEAD_LETTERS.length) }, count);
  }
}
