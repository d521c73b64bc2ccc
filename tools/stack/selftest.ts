import { randomBytes } from 'node:crypto';
import { adminKafka, isService, runSql, waitFor, withAdmin, type AppName } from '#testing';
import { readHealth } from './health.js';
import { runningBrokers, runningStack } from './running.js';
import { appUrl, appsNamed, type StackSettings } from './settings.js';
import { formatTable } from './table.js';

interface Check {
  readonly name: string;
  /** What to show when it is well; throws when it is not. */
  readonly run: () => Promise<string>;
}

/** A message there and back, a row there and back, and the health of every service. */
export async function runSelftest(settings: StackSettings): Promise<number> {
  const { parts, postgresUrl = '' } = runningStack(settings);
  const brokers = runningBrokers(settings);
  const names = parts
    .map(({ name }) => name)
    .filter((name) => !['Postgres', 'Kafka'].includes(name));
  const checks: Check[] = [
    { name: 'Kafka: a message there and back', run: () => messageThereAndBack(brokers) },
    { name: 'Postgres: a row there and back', run: () => rowThereAndBack(postgresUrl) },
    ...appsNamed(names).map((name) => ({ name: kind(name), run: () => health(settings, name) })),
  ];
  const rows = await Promise.all(checks.map(outcome));
  console.log(formatTable(rows));
  return rows.every(([mark]) => mark === '✓') ? 0 : 1;
}

const kind = (name: AppName): string =>
  `${name}: ${isService(name) ? 'service' : 'sandbox'} health`;

async function outcome({ name, run }: Check): Promise<string[]> {
  const startedAt = performance.now();
  try {
    const detail = await run();
    return ['✓', name, `${Math.round(performance.now() - startedAt)} ms`, detail];
  } catch (error) {
    return ['✗', name, '', error instanceof Error ? error.message : String(error)];
  }
}

async function health(settings: StackSettings, name: AppName): Promise<string> {
  const { ok, detail } = await readHealth(appUrl(settings, name));
  if (!ok) throw new Error(detail);
  return detail;
}

async function rowThereAndBack(url: string): Promise<string> {
  const sent = randomBytes(8).toString('hex');
  const rows = await runSql(url, [
    'create temporary table selftest (value text)',
    `insert into selftest values ('${sent}')`,
    'select value from selftest',
  ]);
  if (rows[0]?.['value'] !== sent) throw new Error('the row that came back is another one');
  return sent;
}

async function messageThereAndBack(brokers: string): Promise<string> {
  const topic = `stack-selftest-${randomBytes(4).toString('hex')}`;
  const kafka = adminKafka(brokers, 8);
  const consumer = kafka.consumer({ groupId: topic, allowAutoTopicCreation: false });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await withAdmin(brokers, (admin) => admin.createTopics({ topics: [{ topic }] }));
  try {
    await producer.connect();
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const received: string[] = [];
    await consumer.run({
      eachMessage: ({ message }) => {
        received.push(message.value?.toString() ?? '');
        return Promise.resolve();
      },
    });
    const sentAt = performance.now();
    await producer.send({ topic, acks: -1, messages: [{ value: topic }] });
    await waitFor(() => received.includes(topic), {
      what: 'the message to come back',
      timeoutMs: 20_000,
      intervalMs: 5,
    });
    return `${Math.round(performance.now() - sentAt)} ms on its way`;
  } finally {
    await Promise.allSettled([consumer.disconnect(), producer.disconnect()]);
    await withAdmin(brokers, async (admin) => {
      await admin.deleteTopics({ topics: [topic] });
      await admin.deleteGroups([topic]);
    }).catch(() => undefined);
  }
}
