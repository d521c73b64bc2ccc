/** What must not happen to a topic that holds messages. */
import { topics, type TopicSpec } from '#contracts';

export type Topics = Readonly<Record<string, TopicSpec>>;

/** As a snapshot holds them, in the order of their names. */
export const currentTopics = (): Topics =>
  Object.fromEntries(
    Object.entries<TopicSpec>(topics)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, { partitions, retentionMs, key, compacted = false }]) => [
        name,
        { partitions, retentionMs, key, compacted },
      ]),
  );

/** @returns sentences that begin with the topic: `order.events has 6 partitions instead of 12` */
export const topicBreaks = (before: Topics, now: Topics): readonly string[] =>
  Object.entries(before).flatMap(([name, spec]) => {
    const present = now[name];
    if (present === undefined) return [`${name} was removed`];
    return ofTopic(spec, present).map((text) => `${name} ${text}`);
  });

function ofTopic(before: TopicSpec, now: TopicSpec): readonly string[] {
  const texts: string[] = [];
  if (now.key !== before.key) {
    texts.push(`is keyed by "${now.key}" instead of "${before.key}"`);
  }
  const partitions = `has ${now.partitions} partitions instead of ${before.partitions}`;
  if (now.partitions < before.partitions) texts.push(partitions);
  if (now.partitions > before.partitions) {
    texts.push(`${partitions}: keys move, and the order within them is lost on the way`);
  }
  if (now.retentionMs < before.retentionMs) {
    texts.push(`keeps messages for ${now.retentionMs} ms instead of ${before.retentionMs}`);
  }
  if (before.compacted && !now.compacted) {
    texts.push('is no longer compacted: the latest of each key is not kept for good any more');
  }
  if (now.compacted && !before.compacted) {
    texts.push('became compacted: all but the latest of each key goes');
  }
  return texts;
}
