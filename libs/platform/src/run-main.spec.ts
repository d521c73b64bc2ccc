import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { runMain, type MainProcess } from './run-main.js';
import { SettingsError } from './settings.js';

function fakeProcess() {
  const emitter = new EventEmitter();
  const codes: number[] = [];
  let text = '';
  let exited: () => void = () => undefined;
  const exit = new Promise<void>((resolve) => (exited = resolve));
  const main: MainProcess = {
    env: { LOG_LEVEL: 'silent' },
    on: (event, listener) => emitter.on(event, listener),
    exit: (code) => {
      codes.push(code);
      exited();
    },
    stderr: { write: (line) => (text += line) },
  };
  return {
    main,
    codes,
    exit,
    text: () => text,
    emit: (event: string, argument?: unknown) => emitter.emit(event, argument),
  };
}

describe('runMain', () => {
  it.each(['SIGTERM', 'SIGINT'])('stops once on %s and exits with 0', async (signal) => {
    const process = fakeProcess();
    let stops = 0;
    await runMain('demo', async () => ({ stop: async () => void (stops += 1) }), process.main);
    process.emit(signal);
    process.emit('SIGTERM');
    await process.exit;
    expect([stops, process.codes]).toEqual([1, [0]]);
  });

  it('prints wrong settings in one line and exits with 1', async () => {
    const process = fakeProcess();
    const start = async () => {
      throw new SettingsError([{ variable: 'PORT', message: 'is missing' }]);
    };
    await runMain('demo', start, process.main);
    expect(process.text()).toBe('demo: wrong settings: PORT: is missing\n');
    expect(process.codes).toEqual([1]);
  });

  it('says in one line that its port is in use', async () => {
    const process = fakeProcess();
    const start = async () => {
      throw Object.assign(new Error('listen 127.0.0.1:3000'), { code: 'EADDRINUSE' });
    };
    await runMain('demo', start, process.main);
    expect(process.text()).toBe('demo: the port is in use (listen 127.0.0.1:3000)\n');
    expect(process.codes).toEqual([1]);
  });

  it('stops what has just started when the signal came while it was starting', async () => {
    const process = fakeProcess();
    let stopped = false;
    const running = runMain(
      'demo',
      ({ signal }) =>
        new Promise((resolve) => {
          const stop = async () => void (stopped = true);
          signal.addEventListener('abort', () => resolve({ stop }));
        }),
      process.main,
    );
    await Promise.resolve();
    process.emit('SIGTERM');
    await running;
    await process.exit;
    expect([stopped, process.codes]).toEqual([true, [0]]);
  });

  it('exits with 1 after a graceful stop when the service fails', async () => {
    const process = fakeProcess();
    let stopped = false;
    let fail: (error: unknown) => void = () => undefined;
    await runMain(
      'demo',
      async (context) => {
        fail = context.fail;
        return { stop: async () => void (stopped = true) };
      },
      process.main,
    );
    fail(new Error('consumer is gone'));
    await process.exit;
    expect([stopped, process.codes]).toEqual([true, [1]]);
  });

  it('exits with 1 when stopping fails, and on what nobody caught', async () => {
    const failing = fakeProcess();
    const stop = () => Promise.reject(new Error('stuck'));
    await runMain('demo', async () => ({ stop }), failing.main);
    failing.emit('SIGTERM');
    await failing.exit;
    expect(failing.codes).toEqual([1]);
    for (const event of ['unhandledRejection', 'uncaughtException']) {
      const process = fakeProcess();
      await runMain('demo', async () => ({ stop: async () => undefined }), process.main);
      process.emit(event, new Error('lost'));
      expect(process.codes).toEqual([1]);
    }
  });
});
