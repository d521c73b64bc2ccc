import { allTopics } from '#contracts';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { waitFor } from '../wait-for.js';

/** A client for set-up and checks: it says nothing, and gives up after `retries`. */
export function adminKafka(brokers: string, retries = 3): Kafka {
  return new Kafka({
    clientId: 'testing',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3000,
    requestTimeout: 30_000,
    // Given in full: under NODE_ENV=test the client has other defaults.
    retry: { retries, initialRetryTime: 200, maxRetryTime: 2000, factor: 0.2, multiplier: 2 },
  });
}

export async function withAdmin<T>(
  brokers: string,
  work: (admin: Admin) => Promise<T>,
  retries?: number,
): Promise<T> {
  const admin = adminKafka(brokers, retries).admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Whether the broker answers and has a controller, so that topics can be made. */
export async function brokerAnswers(brokers: string): Promise<boolean> {
  try {
    const cluster = await withAdmin(brokers, (admin) => admin.describeCluster(), 0);
    return cluster.brokers.length > 0 && cluster.controller !== null;
  } catch {
    return false;
  }
}

/**
 * Makes every topic of the system under `prefix`, those that are missing only, and returns their
 * names on the wire.
 */
export async function createTopics(brokers: string, prefix = ''): Promise<string[]> {
  const wanted = Object.entries(allTopics()).map(([name, spec]) => ({
    topic: prefix + name,
    numPartitions: spec.partitions,
    replicationFactor: 1,
    configEntries: [
      { name: 'retention.ms', value: String(spec.retentionMs) },
      { name: 'cleanup.policy', value: spec.compacted === true ? 'compact' : 'delete' },
    ],
  }));
  return withAdmin(brokers, async (admin) => {
    const there = new Set(await admin.listTopics());
    const missing = wanted.filter(({ topic }) => !there.has(topic));
    const topics = wanted.map(({ topic }) => topic);
    if (missing.length > 0) {
      // The client's own waiting gives up when the broker has not heard of the topic yet.
      await admin.createTopics({ topics: missing, waitForLeaders: false });
      await waitFor(() => allHaveLeaders(admin, topics), { what: 'leaders of the new topics' });
    }
    return topics;
  });
}

async function allHaveLeaders(admin: Admin, topics: string[]): Promise<boolean> {
  const metadata = await admin.fetchTopicMetadata({ topics });
  return metadata.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
}

/** Removes every topic under a prefix, so that a broker shared by many tests stays small. */
export async function deleteTopics(brokers: string, prefix: string): Promise<void> {
  if (prefix === '') throw new Error('Refusing to delete every topic: give a prefix.');
  await withAdmin(brokers, async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
}
