import type { Admin } from 'kafkajs';
import { withAdmin } from '#testing';
import { runningBrokers } from './running.js';
import type { StackSettings } from './settings.js';
import { formatTable } from './table.js';

/** Lists topics with their messages, and consumer groups with what they have not read yet. */
export async function runTopics(settings: StackSettings): Promise<number> {
  return withAdmin(runningBrokers(settings), async (admin) => {
    const names = (await admin.listTopics()).filter((name) => !name.startsWith('__')).sort();
    const topics = await Promise.all(names.map((name) => describeTopic(admin, name)));
    const rows = topics.map(({ name, partitions, messages }) => [
      name,
      `${partitions}`,
      `${messages}`,
    ]);
    console.log(formatTable([['topic', 'partitions', 'messages'], ...rows]));
    const { groups } = await admin.listGroups();
    const ids = groups.map(({ groupId }) => groupId).sort();
    const lags = await Promise.all(ids.map((id) => describeGroup(admin, id)));
    console.log(`\n${formatTable([['group', 'topics', 'not read yet'], ...lags])}`);
    return 0;
  });
}

async function describeTopic(admin: Admin, name: string) {
  const partitions = await admin.fetchTopicOffsets(name);
  const messages = partitions.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  return { name, partitions: partitions.length, messages };
}

async function describeGroup(admin: Admin, groupId: string): Promise<string[]> {
  const topics = await admin.fetchOffsets({ groupId });
  let lag = 0;
  for (const { topic, partitions } of topics) {
    const ends = await admin.fetchTopicOffsets(topic);
    for (const { partition, offset } of partitions) {
      const end = ends.find((candidate) => candidate.partition === partition);
      // -1: nothing committed yet, so everything still there counts.
      const next = Number(offset) < 0 ? Number(end?.low ?? 0) : Number(offset);
      lag += Math.max(0, Number(end?.high ?? 0) - next);
    }
  }
  return [groupId, topics.map(({ topic }) => topic).join(', '), `${lag}`];
}
