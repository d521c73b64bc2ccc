import kafkajs, { type Admin } from 'kafkajs';
import { sleep, systemClock } from '../clock.js';

// Node finds only some of the names that this CommonJS package exports.
const { ConfigResourceTypes } = kafkajs;

/** What a topic must be like. */
export interface TopicRequirement {
  readonly partitions: number;
  readonly retentionMs: number;
}

export interface TopicChanges {
  readonly created: readonly string[];
  /** Topics that were given more partitions or another retention. */
  readonly changed: readonly string[];
}

const RETENTION = 'retention.ms';
/** A new topic can be used some moments after it was made. */
const READY_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 50;

/**
 * Makes missing topics and waits until they can be used, adds partitions and sets the retention of those that differ. Partitions are
 * never taken away, which Kafka cannot do.
 * @param wanted by full name
 */
export async function ensureTopics(
  admin: Admin,
  wanted: Readonly<Record<string, TopicRequirement>>,
): Promise<TopicChanges> {
  const existing = new Set(await admin.listTopics());
  const names = Object.keys(wanted);
  const created = names.filter((topic) => !existing.has(topic));
  if (created.length > 0) {
    await admin.createTopics({
      waitForLeaders: false,
      topics: created.map((topic) => ({
        topic,
        numPartitions: wanted[topic]?.partitions ?? 1,
        // The broker's own default, so that one broker and a cluster are both right.
        replicationFactor: -1,
        configEntries: [{ name: RETENTION, value: String(wanted[topic]?.retentionMs) }],
      })),
    });
    for (const topic of created) await untilReady(admin, topic);
  }
  const present = names.filter((topic) => existing.has(topic));
  const changed = new Set([
    ...(await addPartitions(admin, wanted, present)),
    ...(await setRetention(admin, wanted, present)),
  ]);
  return { created, changed: [...changed] };
}

/** The metadata names a leader before that broker knows of it; asking for offsets is the proof. */
async function untilReady(admin: Admin, topic: string): Promise<void> {
  const deadlineMs = systemClock.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (systemClock.now() > deadlineMs) throw error;
      await sleep(systemClock, LOOK_EVERY_MS);
    }
  }
}

async function addPartitions(
  admin: Admin,
  wanted: Readonly<Record<string, TopicRequirement>>,
  topics: string[],
): Promise<string[]> {
  if (topics.length === 0) return [];
  const metadata = await admin.fetchTopicMetadata({ topics });
  const topicPartitions = metadata.topics
    .map(({ name, partitions }) => ({ topic: name, has: partitions.length }))
    .filter(({ topic, has }) => has < (wanted[topic]?.partitions ?? 0))
    .map(({ topic }) => ({ topic, count: wanted[topic]?.partitions ?? 1 }));
  if (topicPartitions.length > 0) await admin.createPartitions({ topicPartitions });
  return topicPartitions.map(({ topic }) => topic);
}

async function setRetention(
  admin: Admin,
  wanted: Readonly<Record<string, TopicRequirement>>,
  topics: string[],
): Promise<string[]> {
  if (topics.length === 0) return [];
  const resources = topics.map((name) => ({
    type: ConfigResourceTypes.TOPIC,
    name,
    configNames: [RETENTION],
  }));
  const described = await admin.describeConfigs({ resources, includeSynonyms: false });
  const wrong = described.resources
    .filter(({ resourceName, configEntries }) => {
      const value = configEntries.find(({ configName }) => configName === RETENTION)?.configValue;
      return value !== String(wanted[resourceName]?.retentionMs);
    })
    .map(({ resourceName }) => resourceName);
  if (wrong.length === 0) return [];
  await admin.alterConfigs({
    validateOnly: false,
    resources: wrong.map((name) => ({
      type: ConfigResourceTypes.TOPIC,
      name,
      configEntries: [{ name: RETENTION, value: String(wanted[name]?.retentionMs) }],
    })),
  });
  return wrong;
}
