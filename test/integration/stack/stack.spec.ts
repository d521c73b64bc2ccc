import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isPortFree, testKafka, testPostgres, waitFor } from '#testing';
import type { KafkaServer, PostgresServer } from '#testing';
import type { View } from '../../../tools/stack/page/watcher.js';
import { StackCli } from './stack-cli.js';

/** Only what hangs fails by the clock: each starts many commands, one after the other. */
const LONG_MS = 600_000;
const GIVEN_UP = 'Everything that was started has been stopped.';

/** Lines that are not progress: what the user must read. */
const problem = (output: string): string[] =>
  output
    .split('\n')
    .filter((line) => line !== '' && !/^ {2}[✓…!]|Warning|^Timeout|^\(Use/.test(line));

function mountSmallDisk(folder: string, sizeMb: number): boolean {
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', folder];
    execFileSync('mount', options, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Writes until nothing more goes in. */
function fill(file: string): void {
  spawnSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=1M'], { stdio: 'ignore' });
}

const listen = (port: number): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
  });

describe('the development stack beside a given Postgres and Kafka', () => {
  let postgres: PostgresServer;
  let kafka: KafkaServer;
  let stack: StackCli;

  const newStack = () =>
    StackCli.create({ DATABASE_URL: postgres.url, KAFKA_BROKERS: kafka.brokers });
  const mailAnswers = async (cli: StackCli) =>
    (await fetch(`http://127.0.0.1:${cli.port(4003)}/health/live`)).ok;

  beforeAll(async () => {
    [postgres, kafka] = await Promise.all([testPostgres(), testKafka()]);
    stack = await newStack();
  }, LONG_MS);
  afterAll(async () => {
    await stack.run('down');
    await Promise.all([postgres.stop(), kafka.stop()]);
  }, LONG_MS);

  it(
    'starts in the background, shows itself, and stops',
    async () => {
      const up = await stack.run('up', '--only', 'mail');
      expect(up.output).toContain(`http://127.0.0.1:${stack.port(4003)}`);
      expect(up.code).toBe(0);
      expect(await mailAnswers(stack)).toBe(true);
      const page = `http://127.0.0.1:${stack.port(3999)}`;
      expect(up.output).toContain(`${page} shows how it is`);
      expect(await (await fetch(page)).text()).toContain('<h1>Saga orchestrator</h1>');
      const view = (await (await fetch(`${page}/state.json`)).json()) as View;
      expect(view.apps).toMatchObject([{ name: 'sandbox-mail', ok: true, detail: 'ok' }]);

      expect((await stack.run('up')).output).toContain('The stack runs already.');
      const status = await stack.run('status');
      expect(status.output).toMatch(/✓ +sandbox-mail +pid \d+ .* ok/);
      expect(status.code).toBe(0);
      expect((await stack.run('selftest')).output).toContain('✓  Kafka: a message there and back');
      expect((await stack.run('topics')).output).toMatch(/saga\.inbox +12/);
      expect((await stack.run('logs', 'mail')).output).toContain('listening');

      expect((await stack.run('down')).code).toBe(0);
      await expect(mailAnswers(stack)).rejects.toThrow('fetch failed');
      expect(await stack.run('status')).toMatchObject({ code: 3 });
    },
    LONG_MS,
  );

  it(
    'starts a service again that was killed, and says so',
    async () => {
      await stack.run('up', '--only', 'mail');
      const pid = () => / sandbox-mail +pid (\d+)/.exec(execStatus(stack))?.[1];
      const before = pid();
      process.kill(Number(before), 'SIGKILL');
      await waitFor(() => pid() !== before && mailAnswers(stack), {
        what: 'the sandbox to be there again',
        timeoutMs: 300_000,
      });
      expect(execStatus(stack)).toContain('started again 1 times');
      await stack.run('down');
    },
    LONG_MS,
  );

  it(
    'cleans up after a run that was killed, and only that',
    async () => {
      const run = stack.start('up', '--foreground', '--only', 'mail');
      await waitFor(() => run.output().includes('All of it runs'), {
        what: 'the stack to run',
        timeoutMs: 300_000,
      });
      run.child.kill('SIGKILL');
      await run.ended;
      expect(await mailAnswers(stack)).toBe(true);

      const again = stack.start('up', '--foreground', '--only', 'mail');
      await waitFor(() => again.output().includes('All of it runs'), {
        what: 'the stack to run again',
        timeoutMs: 300_000,
      });
      expect(again.output()).toContain('did not end properly; stopped what it left: sandbox-mail');
      again.child.kill('SIGINT');
      expect((await again.ended).code).toBe(0);
      expect(await isPortFree(stack.port(4003))).toBe(true);
    },
    LONG_MS,
  );

  it('does not take a process for its own because of an old number', async () => {
    const cli = await newStack();
    mkdirSync(join(cli.dataDir, 'stack'));
    const stranger = { pid: process.pid, startedAt: '1' };
    const parts = [
      { name: 'order', address: '', process: stranger, stopSignal: 'SIGKILL', restarts: 0 },
    ];
    writeFileSync(
      join(cli.dataDir, 'stack', 'state.json'),
      JSON.stringify({ supervisor: stranger, phase: 'ready', startedAt: '', parts }),
    );
    expect((await cli.run('down')).output).toContain('Stopped what it left: nothing');
  });

  it('names the port that is in use, and who uses it, before anything is started', async () => {
    const server = await listen(stack.port(4025));
    try {
      const { code, output } = await stack.run('up', '--foreground', '--only', 'mail');
      expect(problem(output)[0]).toContain(`Port ${stack.port(4025)} (sandbox-mail) is in use`);
      if (process.platform === 'linux') expect(output).toContain(`(pid ${process.pid})`);
      expect(code).toBe(1);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it(
    'shows the last lines of a service that dies at boot, and stops the others',
    async () => {
      const cli = await newStack();
      mkdirSync(join(cli.dataDir, 'stack'));
      // A file where its folder should be.
      writeFileSync(join(cli.dataDir, 'stack', 'sandbox-mail'), '');
      const { code, output } = await cli.run(
        'up',
        '--foreground',
        '--only',
        'mail,sandbox-carrier',
      );
      expect(output).toMatch(/✗ sandbox-mail did not start.*exit code 1.*Its last lines/);
      expect(output).toMatch(/ {4}.*EEXIST|ENOTDIR/);
      expect(output).toContain(GIVEN_UP);
      expect(code).toBe(1);
      expect(await isPortFree(cli.port(4002))).toBe(true);
    },
    LONG_MS,
  );

  it(
    'says that a given server does not answer',
    async () => {
      const nowhere = await StackCli.create({
        DATABASE_URL: 'postgres://a:b@127.0.0.1:9/x',
        KAFKA_BROKERS: '127.0.0.1:9',
      });
      const { code, output } = await nowhere.run('up', '--foreground', '--only', 'mail');
      expect(output).toMatch(
        /(DATABASE_URL|KAFKA_BROKERS) is set, but no (Postgres|Kafka) answers/,
      );
      expect(output).toContain(GIVEN_UP);
      expect(code).toBe(1);
    },
    LONG_MS,
  );

  const execStatus = (cli: StackCli): string => {
    const state = JSON.parse(readFileSync(join(cli.dataDir, 'stack', 'state.json'), 'utf8')) as {
      parts: { name: string; restarts: number; process?: { pid: number } }[];
    };
    return state.parts
      .map((part) => ` ${part.name} pid ${part.process?.pid} started again ${part.restarts} times`)
      .join('\n');
  };
});

describe('the development stack with servers of its own', () => {
  it(
    'says what to install where there is neither Java nor Docker',
    async () => {
      const bin = join((await StackCli.create()).dataDir, 'bin');
      mkdirSync(bin);
      for (const tool of ['id', 'sh']) {
        const path = execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();
        execFileSync('ln', ['-s', path, join(bin, tool)]);
      }
      const cli = await StackCli.create({ PATH: bin, DOCKER_HOST: 'tcp://127.0.0.1:9' });
      const { code, output } = await cli.run('up', '--foreground', '--only', 'mail');
      expect(output).toMatch(/✗ Kafka: .*Java 17 and Maven.*openjdk.*Docker.*KAFKA_BROKERS/);
      expect(output).toContain(GIVEN_UP);
      expect(code).toBe(1);
      expect(await isPortFree(cli.port(15_432))).toBe(true);
    },
    LONG_MS,
  );

  it(
    'says that the disk is full, also when it becomes so half-way',
    async () => {
      const kafka = await testKafka();
      const [full, cli] = [
        await StackCli.create(),
        await StackCli.create({ KAFKA_BROKERS: kafka.brokers }),
      ];
      // Only root may make a small disk, and not in every container.
      if (!mountSmallDisk(full.dataDir, 100)) return kafka.stop();
      mountSmallDisk(cli.dataDir, 320);
      try {
        const small = await full.run('up', '--foreground', '--only', 'mail');
        expect(problem(small.output)).toEqual([
          expect.stringMatching(/disk is full: \d+ MB are free/),
        ]);
        expect(small.code).toBe(1);

        const run = cli.start('up', '--foreground', '--only', 'mail');
        await waitFor(() => existsSync(join(cli.dataDir, 'stack', 'postgres')), {
          what: 'the first of its data',
        });
        fill(join(cli.dataDir, 'filler'));
        const { code, output } = await run.ended;
        expect(output).toMatch(/✗ .*disk is full/i);
        expect(output).toContain(GIVEN_UP);
        expect(code).toBe(1);
      } finally {
        for (const { dataDir } of [full, cli]) execFileSync('umount', [dataDir]);
        await kafka.stop();
      }
    },
    LONG_MS,
  );

  it(
    'says in one line that a data folder is damaged, and begins anew after a reset',
    async () => {
      const kafka = await testKafka();
      const cli = await StackCli.create({ KAFKA_BROKERS: kafka.brokers });
      try {
        expect((await cli.run('up', '--only', 'mail')).code).toBe(0);
        await cli.run('down');
        rmSync(join(cli.dataDir, 'stack', 'postgres', 'cluster', 'global', 'pg_control'));

        const { code, output } = await cli.run('up', '--foreground', '--only', 'mail');
        expect(problem(output)).toEqual([
          expect.stringMatching(/✗ Postgres did not start: its data folder is damaged; .*reset/),
          GIVEN_UP,
        ]);
        expect(code).toBe(1);

        expect((await cli.run('reset')).output).toContain('Deleted the data');
        expect((await cli.run('up', '--only', 'mail')).code).toBe(0);
      } finally {
        await cli.run('down');
        await kafka.stop();
      }
    },
    LONG_MS,
  );
});
