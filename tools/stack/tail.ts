import { randomBytes } from 'node:crypto';
import { adminKafka, withAdmin } from '#testing';
import { runningBrokers } from './running.js';
import { StackProblem, type StackSettings } from './settings.js';

/** Shows the messages of a topic as they come, until Ctrl-C. */
export async function runTail(
  settings: StackSettings,
  { topic, fromBeginning }: { topic: string; fromBeginning: boolean },
): Promise<number> {
  const brokers = runningBrokers(settings);
  const known = await withAdmin(brokers, (admin) => admin.listTopics());
  if (!known.includes(topic)) {
    throw new StackProblem(`There is no topic "${topic}": "npm run stack -- topics" lists them.`);
  }
  const groupId = `stack-tail-${randomBytes(4).toString('hex')}`;
  const consumer = adminKafka(brokers).consumer({ groupId, allowAutoTopicCreation: false });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning });
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ partition, message }) => {
      console.log(describeMessage(partition, message));
      return Promise.resolve();
    },
  });
  console.error(`Messages of ${topic}; Ctrl-C ends this.`);
  await new Promise<void>((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await consumer.disconnect();
  await withAdmin(brokers, (admin) => admin.deleteGroups([groupId])).catch(() => undefined);
  return 0;
}

interface Message {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Record<string, unknown>;
}

/** Time, place, key, what it is, and its data, on one line. */
export function describeMessage(partition: number, message: Message): string {
  const time = new Date(Number(message.timestamp)).toISOString();
  const type = text(message.headers?.['ce_type']);
  return [
    time,
    `${partition}/${message.offset}`,
    text(message.key) || '-',
    type || '-',
    text(message.value),
  ].join(' ');
}

const text = (value: unknown): string =>
  Buffer.isBuffer(value) ? value.toString('utf8') : typeof value === 'string' ? value : '';
