import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminKafka, testKafka, withAdmin, type KafkaServer } from '#testing';
import { summariseBroker } from '../../../tools/stack/topics.js';

describe('the list of topics', () => {
  let kafka: KafkaServer;
  let prefix: string;

  beforeAll(async () => {
    kafka = await testKafka();
    prefix = `topics-${process.pid}-${Date.now()}.`;
  }, 180_000);
  afterAll(() => kafka.stop());

  it('counts what is in a topic and what a group has not read', async () => {
    const topic = `${prefix}counted`;
    const group = `${prefix}reader`;
    const producer = adminKafka(kafka.brokers).producer();
    await withAdmin(kafka.brokers, async (admin) => {
      await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] });
      await producer.connect();
      const messages = [0, 0, 0, 1].map((partition) => ({ partition, value: 'a' }));
      await producer.send({ topic, acks: -1, messages });
      await producer.disconnect();
      await admin.setOffsets({
        groupId: group,
        topic,
        partitions: [{ partition: 0, offset: '2' }],
      });
    });

    const { topics, groups } = await summariseBroker(kafka.brokers);

    expect(topics).toContainEqual({ name: topic, partitions: 2, messages: 4 });
    expect(groups).toContainEqual({ name: group, topics: [topic], unread: 1 });
    await withAdmin(kafka.brokers, async (admin) => {
      await admin.deleteGroups([group]);
      await admin.deleteTopics({ topics: [topic] });
    });
  }, 240_000);

  it('is not troubled by topics that go while it asks', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `${prefix}short-lived-${index}`);
    const gone = withAdmin(kafka.brokers, async (admin) => {
      for (const topic of names) {
        await admin.createTopics({ topics: [{ topic }], waitForLeaders: false });
        await admin.deleteTopics({ topics: [topic] });
      }
    }).then(() => true);
    let lists = 0;
    do {
      await summariseBroker(kafka.brokers);
      lists += 1;
    } while (!(await Promise.race([gone, Promise.resolve(false)])));
    expect(lists).toBeGreaterThan(1);
  }, 240_000);
});
