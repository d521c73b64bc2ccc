/** Messages a second of the broker that the services of the benchmark get, with their client. */
import { createKafka, KafkaPublisher, type KafkaOptions } from '#messaging';
import { closedLoop, type Done } from './closed-loop.js';
import type { Watch } from './postgres-limits.js';

const TOPIC = 'saga.inbox';
const MESSAGES_A_REQUEST = 500;

/** As many headers, and bytes in all, as an average message of the benchmark's saga has. */
const HEADERS = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [`ce_header${index}`, 'v'.repeat(17)]),
);
const VALUE = 'x'.repeat(200);

const messagesOf = (request: number) =>
  Array.from({ length: MESSAGES_A_REQUEST }, (_, index) => ({
    topic: TOPIC,
    partition: null,
    key: `order-${request}-${index}`,
    headers: HEADERS,
    value: VALUE,
  }));

/** One request at a time, as an outbox sends them. */
export async function written(kafka: KafkaOptions, watch: Watch): Promise<Done> {
  const publisher = new KafkaPublisher(kafka);
  let request = 0;
  try {
    return await closedLoop({
      ...watch,
      workers: 1,
      once: async () => {
        request += 1;
        await publisher.send(messagesOf(request));
        return MESSAGES_A_REQUEST;
      },
    });
  } finally {
    await publisher.close();
  }
}

/** What `written` has left, by one consumer, from the first message on; `messages` at least. */
export async function read(kafka: KafkaOptions, messages: number, watch: Watch): Promise<Done> {
  const consumer = createKafka(kafka).consumer({ groupId: 'limits' });
  const over = Promise.withResolvers<void>();
  let startedMs: number | undefined;
  let units = 0;
  try {
    consumer.on(consumer.events.CRASH, ({ payload }) => over.reject(payload.error));
    await consumer.connect();
    await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        if (startedMs === undefined) {
          startedMs = performance.now();
          watch.onWindow('opened');
        } else units += batch.messages.length;
        if (units >= messages) over.resolve();
      },
    });
    watch.signal.addEventListener('abort', () => over.reject(watch.signal.reason as Error));
    await over.promise;
    watch.onWindow('closed');
    return { units, seconds: (performance.now() - (startedMs ?? 0)) / 1_000 };
  } finally {
    await consumer.disconnect();
  }
}
