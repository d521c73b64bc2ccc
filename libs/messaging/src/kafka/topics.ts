import kafkajs, { type Admin } from 'kafkajs';
import { sleep, systemClock } from '../clock.js';

// Node finds only some of the names that this CommonJS package exports.
const { ConfigResourceTypes } = kafkajs;

/** What a topic must be like. */
export interface TopicRequirement {
  readonly partitions: number;
  readonly retentionMs: number;
  /** The latest message of each key is kept for good. */
  readonly compacted?: boolean;
}

export interface TopicChanges {
  readonly created: readonly string[];
  /** Topics that were given more partitions, or are kept in another way. */
  readonly changed: readonly string[];
}

const RETENTION = 'retention.ms';
const CLEANUP = 'cleanup.policy';
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
        configEntries: entriesOf(wanted[topic]),
      })),
    });
    for (const topic of created) await untilReady(admin, topic);
  }
  const present = names.filter((topic) => existing.has(topic));
  const changed = new Set([
    ...(await addPartitions(admin, wanted, present)),
    ...(await setKeeping(admin, wanted, present)),
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

/** How long a topic keeps what. All of it each time: what is left out falls back to the broker's own. */
const entriesOf = (topic: TopicRequirement | undefined) =>
  topic === undefined
    ? []
    : [
        { name: RETENTION, value: String(topic.retentionMs) },
        { name: CLEANUP, value: topic.compacted === true ? 'compact' : 'delete' },
      ];

async function setKeeping(
  admin: Admin,
  wanted: Readonly<Record<string, TopicRequirement>>,
  topics: string[],
): Promise<string[]> {
  if (topics.length === 0) return [];
  const resources = topics.map((name) => ({
    type: ConfigResourceTypes.TOPIC,
    name,
    configNames: [RETENTION, CLEANUP],
  }));
  const described = await admin.describeConfigs({ resources, includeSynonyms: false });
  const wrong = described.resources
    .filter(({ resourceName, configEntries }) => {
      const is = new Map(
        configEntries.map(({ configName, configValue }) => [configName, configValue]),
      );
      return entriesOf(wanted[resourceName]).some(({ name, value }) => is.get(name) !== value);
    })
    .map(({ resourceName }) => resourceName);
  if (wrong.length === 0) return [];
  await admin.alterConfigs({
    validateOnly: false,
    resources: wrong.map((name) => ({
      type: ConfigResourceTypes.TOPIC,
      name,
      configEntries: entriesOf(wanted[name]),
    })),
  });
  return wrong;
}
