/** The development stack makes keys once, for whoever has started it alone, and they open its APIs. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ownPostgres, testKafka } from '#testing';
import type { KafkaServer, PostgresServer } from '#testing';
import { readKeysFile, STACK_KEY_NAMES, type StackKeys } from '../../../tools/stack/keys-file.js';
import { StackCli } from './stack-cli.js';

const MINUTES = 60_000;

describe('the keys of the development stack', () => {
  let postgres: PostgresServer;
  let kafka: KafkaServer;
  let stack: StackCli;
  let file: string;
  beforeAll(async () => {
    // its databases have the names of the services
    [postgres, kafka] = await Promise.all([ownPostgres(), testKafka()]);
    stack = await StackCli.create({ DATABASE_URL: postgres.url, KAFKA_BROKERS: kafka.brokers });
    file = join(stack.dataDir, 'stack', 'keys.env');
  }, 3 * MINUTES);
  afterAll(async () => {
    await stack?.run('down');
    await Promise.all([postgres?.stop(), kafka?.stop()]);
  }, MINUTES);

  const up = async () => {
    const { code, output } = await stack.run('up', '--only', 'merchant,order,orchestrator');
    if (code !== 0) throw new Error(output);
    return { output, keys: readKeysFile(file) };
  };
  const statusOf = async (port: number, path: string, apiKey = '', method = 'GET') => {
    const url = `http://127.0.0.1:${stack.port(port)}${path}`;
    return (await fetch(url, { method, headers: { 'x-api-key': apiKey } })).status;
  };
  const opened = ({ READER_KEY, OPERATOR_KEY, APPROVER_KEY, MERCHANT_KEY }: StackKeys) =>
    Promise.all([
      statusOf(3001, '/admin/sagas', READER_KEY),
      statusOf(3001, '/admin/keys', OPERATOR_KEY),
      statusOf(3001, '/admin/keys', APPROVER_KEY),
      statusOf(3000, '/orders', MERCHANT_KEY),
    ]);

  it(
    'lie where it says, for their owner alone, and stay while they are good',
    async () => {
      const first = await up();
      expect(Object.keys(first.keys)).toEqual(STACK_KEY_NAMES);
      expect(first.output).toContain(file);
      for (const key of Object.values(first.keys)) expect(first.output).not.toContain(key);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(await opened(first.keys)).toEqual([200, 403, 200, 200]);
      expect(await opened({})).toEqual([401, 401, 401, 401]);
      const shown = spawnSync('sh', ['-c', `. '${file}'; printf %s "$MERCHANT_KEY"`]);
      expect(shown.stdout.toString()).toBe(first.keys.MERCHANT_KEY);

      const revoked = first.keys.READER_KEY?.split('_')[1];
      const path = `/admin/keys/${revoked}`;
      expect(await statusOf(3001, path, first.keys.APPROVER_KEY, 'DELETE')).toBe(200);
      await stack.run('down');
      const second = await up();
      const { READER_KEY, ...kept } = second.keys;
      expect(first.keys).toMatchObject(kept);
      expect(READER_KEY).not.toBe(first.keys.READER_KEY);
      expect(await opened(second.keys)).toEqual([200, 403, 200, 200]);

      await stack.run('down');
      await stack.run('reset');
      expect(existsSync(file)).toBe(false);
    },
    6 * MINUTES,
  );
});
