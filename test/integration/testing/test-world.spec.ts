import { describe, expect, it } from '@jest/globals';
import { runSql, TestWorld, testKafka, testPostgres, waitFor, withAdmin } from '#testing';

const MINUTES = 60_000;

const health = async (url: string) => (await fetch(`${url}/health`)).status;

describe('a world for one test file', () => {
  it(
    'has databases, topics and processes of its own, and leaves nothing behind',
    async () => {
      const [postgres, kafka] = await Promise.all([testPostgres(), testKafka()]);
      // As under the test runner: both worlds share these, and may not harm them.
      const shared = { TEST_DATABASE_URL: postgres.url, TEST_KAFKA_BROKERS: kafka.brokers };
      const before = { ...process.env };
      Object.assign(process.env, shared);
      try {
        const options = { apps: ['sandbox-mail', 'notification'] } as const;
        const [one, two] = await Promise.all([TestWorld.start(options), TestWorld.start(options)]);
        expect(one.url('notification')).not.toBe(two.url('notification'));
        expect(one.database('order').url).not.toBe(two.database('order').url);
        await waitFor(async () => (await health(one.url('notification'))) === 200, {
          what: 'the service to be able to work',
        });
        await one.stop();

        expect(await health(two.url('sandbox-mail'))).toBe(200);
        const topics = await withAdmin(kafka.brokers, (admin) => admin.listTopics());
        expect(topics).toContain(`${two.topicPrefix}saga.inbox`);
        await waitFor(async () => !(await topicsUnder(kafka.brokers, one.topicPrefix)), {
          what: 'the topics to be gone',
        });
        const rows = await runSql(postgres.url, ['select datname from pg_database']);
        const databases = rows.map(({ datname }) => String(datname));
        expect(databases.some((name) => name.startsWith(one.id))).toBe(false);
        expect(databases).toContain(`${two.id}_order`);
        await two.stop();
        await expect(health(two.url('sandbox-mail'))).rejects.toThrow('fetch failed');
      } finally {
        process.env = before;
        await Promise.all([postgres.stop(), kafka.stop()]);
      }
    },
    3 * MINUTES,
  );

  it(
    'kills an app and starts it again at the same address, and runs a second one beside it',
    async () => {
      await using world = await TestWorld.start({ apps: ['sandbox-mail'] });
      const mail = world.app('sandbox-mail');
      mail.kill('SIGKILL');
      expect(await mail.exited).toEqual({ code: null, signal: 'SIGKILL' });
      await expect(health(mail.url)).rejects.toThrow('fetch failed');

      const again = await world.startApp('sandbox-mail');
      expect(again.url).toBe(mail.url);
      expect(again.pid).not.toBe(mail.pid);
      await expect(world.startApp('sandbox-mail')).rejects.toThrow('runs already');
    },
    3 * MINUTES,
  );

  it(
    'fails with the last lines of an app that does not start',
    async () => {
      await expect(
        TestWorld.start({ apps: ['order'], env: { order: { DATABASE_URL: 'nonsense' } } }),
      ).rejects.toThrow(/order did not start.*exit code 1[^]*DATABASE_URL/);
    },
    2 * MINUTES,
  );
});

async function topicsUnder(brokers: string, prefix: string): Promise<boolean> {
  const topics = await withAdmin(brokers, (admin) => admin.listTopics());
  return topics.some((topic) => topic.startsWith(prefix));
}
