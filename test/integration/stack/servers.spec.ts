/** Promise attacked here: a broker or a Postgres that dies is said, brought back, and shown. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { TEST_ENVIRONMENT, waitFor, withAdmin } from '#testing';
import type { StackState } from '../../../tools/stack/state.js';
import { StackCli } from './stack-cli.js';

const MINUTES = 60_000;
const TOPIC = 'kept';
const RESTARTS_MAX = 5;

describe('the servers of the development stack', () => {
  let cli: StackCli;
  let run: ReturnType<StackCli['start']>;

  const state = () =>
    JSON.parse(readFileSync(join(cli.dataDir, 'stack', 'state.json'), 'utf8')) as StackState;
  const part = (name: string) => state().parts.find((one) => one.name === name);
  const kill = (name: string) => {
    const { process: own, containerId } = part(name) ?? {};
    if (containerId) execFileSync('docker', ['kill', containerId], { stdio: 'ignore' });
    else process.kill(own?.pid ?? 0, 'SIGKILL');
  };
  const untilSaid = (text: string, times = 1) =>
    waitFor(() => run.output().split(text).length > times, {
      what: `${text} (${times})`,
      timeoutMs: 2 * MINUTES,
    });
  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: state().postgresUrl });
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  };
  const brokers = () => state().kafka?.brokers ?? '';

  beforeAll(async () => {
    const kind = process.env[TEST_ENVIRONMENT.kafkaKind];
    cli = await StackCli.create(kind ? { STACK_KAFKA: kind } : {});
    run = cli.start('up', '--foreground', '--only', 'mail');
    await untilSaid('All of it runs');
  }, 4 * MINUTES);
  afterAll(async () => {
    run.child.kill('SIGINT');
    await run.ended;
  }, MINUTES);

  it(
    'come back at the same place with what they kept, and what is away is said',
    async () => {
      await query('create table kept (id int)');
      await withAdmin(brokers(), (admin) =>
        admin.createTopics({ topics: [{ topic: TOPIC }], waitForLeaders: false }),
      );
      const before = [state().postgresUrl, brokers()];
      kill('Kafka');
      kill('Postgres');
      await Promise.all(['Kafka', 'Postgres'].map((name) => untilSaid(`✓ ${name} runs again`)));

      expect(run.output()).toMatch(/! Kafka ended \(.+\); it is started again\. .*still taken/);
      expect(run.output()).toMatch(
        /! Postgres ended \(SIGKILL\); it is started again\. .*not taken/,
      );
      expect([state().postgresUrl, brokers()]).toEqual(before);
      await expect(query('select * from kept')).resolves.toMatchObject({ rows: [] });
      const topics = () => withAdmin(brokers(), (admin) => admin.listTopics());
      await waitFor(async () => (await topics()).includes(TOPIC), { what: 'the topic' });
      const { code, output } = await cli.run('status');
      expect(output).toMatch(/✓ +Kafka .*started again 1 times/);
      expect(output).toMatch(/✓ +Postgres .*started again 1 times/);
      expect(code).toBe(0);
    },
    4 * MINUTES,
  );

  it(
    'stay down after a few times, which is said and shown, and the rest can be stopped',
    async () => {
      for (let time = 2; time <= RESTARTS_MAX; time += 1) {
        kill('Postgres');
        await untilSaid('✓ Postgres runs again', time);
      }
      kill('Postgres');
      await untilSaid('✗ Postgres ended (SIGKILL); it stays down');
      const { code, output } = await cli.run('status');
      expect(output).toMatch(/✗ +Postgres .*ended \(SIGKILL\)/);
      expect(output).toMatch(/✓ +Kafka /);
      expect(code).toBe(3);

      run.child.kill('SIGINT');
      expect((await run.ended).code).toBe(0);
      expect(run.output()).not.toContain('could not be stopped');
    },
    4 * MINUTES,
  );
});
