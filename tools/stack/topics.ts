import { setTimeout } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { withAdmin } from '#testing';
import { runningBrokers } from './running.js';
import type { StackSettings } from './settings.js';
import { formatTable } from './table.js';

const TRIES = 10;
/** Before the second try; each further pause is longer by it. */
const PAUSE_MS = 50;
/** What a broker says of a topic that is being deleted, or made, as kafkajs calls it. */
const CHANGING = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
]);

export interface TopicSummary {
  readonly name: string;
  readonly partitions: number;
  /** Those still in the log. */
  readonly messages: number;
}

export interface GroupSummary {
  readonly name: string;
  readonly topics: readonly string[];
  /** Messages its members have not committed yet. */
  readonly unread: number;
}

export interface BrokerSummary {
  readonly topics: readonly TopicSummary[];
  readonly groups: readonly GroupSummary[];
}

type Offsets = Awaited<ReturnType<Admin['fetchTopicOffsets']>>;

/** Lists topics with their messages, and consumer groups with what they have not read yet. */
export async function runTopics(settings: StackSettings): Promise<number> {
  const { topics, groups } = await summariseBroker(runningBrokers(settings));
  const topicRows = topics.map((topic) => [topic.name, `${topic.partitions}`, `${topic.messages}`]);
  console.log(formatTable([['topic', 'partitions', 'messages'], ...topicRows]));
  const groupRows = groups.map((group) => [group.name, group.topics.join(', '), `${group.unread}`]);
  console.log(`\n${formatTable([['group', 'topics', 'not read yet'], ...groupRows])}`);
  return 0;
}

/**
 * What a broker holds, by name. A topic may be deleted between the list and the questions about it, or
 * get another leader, and a client that has once asked for it goes on asking: then all is read anew by
 * a new one.
 */
export async function summariseBroker(brokers: string): Promise<BrokerSummary> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await withAdmin(brokers, summarise, 1);
    } catch (error) {
      if (tries === TRIES || !isTopicChanging(error)) throw error;
      await setTimeout(tries * PAUSE_MS);
    }
  }
}

async function summarise(admin: Admin): Promise<BrokerSummary> {
  const names = (await admin.listTopics()).filter((name) => !name.startsWith('__')).sort();
  const offsets = new Map(
    await Promise.all(
      names.map(async (name) => [name, await admin.fetchTopicOffsets(name)] as const),
    ),
  );
  const { groups } = await admin.listGroups();
  const ids = groups.map(({ groupId }) => groupId).sort();
  return {
    topics: [...offsets].map(([name, partitions]) => summariseTopic(name, partitions)),
    groups: await Promise.all(ids.map((id) => summariseGroup(admin, id, offsets))),
  };
}

function summariseTopic(name: string, partitions: Offsets): TopicSummary {
  const messages = partitions.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  return { name, partitions: partitions.length, messages };
}

async function summariseGroup(
  admin: Admin,
  groupId: string,
  offsets: ReadonlyMap<string, Offsets>,
): Promise<GroupSummary> {
  const topics = await admin.fetchOffsets({ groupId });
  let unread = 0;
  for (const { topic, partitions } of topics) {
    const ends = offsets.get(topic) ?? [];
    for (const { partition, offset } of partitions) {
      const end = ends.find((candidate) => candidate.partition === partition);
      // -1: nothing committed yet, so everything still there counts.
      const next = Number(offset) < 0 ? Number(end?.low ?? 0) : Number(offset);
      unread += Math.max(0, Number(end?.high ?? 0) - next);
    }
  }
  return { name: groupId, topics: topics.map(({ topic }) => topic), unread };
}

/** Whether it is an answer that may be another one in a moment, or was caused by one. */
export function isTopicChanging(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('type' in cause && CHANGING.has(String(cause.type))) return true;
  }
  return false;
}
