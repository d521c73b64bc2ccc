/** Promises attacked here: what ends is said and brought back, a few times and no more. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryPrefix, waitFor, type ProcessExit } from '#testing';
import type { Run } from './part.js';
import { readState } from './state.js';
import { Supervisor } from './supervisor.js';

const KILLED: ProcessExit = { code: null, signal: 'SIGKILL' };

/** A supervisor of one broker; `starts` says of each start whether it goes well. */
async function watched(starts: boolean[] = [], steadyMs?: number) {
  const told: string[] = [];
  const file = join(mkdtempSync(join(tmpdir(), `${temporaryPrefix('unit')}supervisor-`)), 'state');
  const state = { supervisor: { pid: 0, startedAt: '' }, startedAt: '', parts: [] };
  const tell = (line: string) => told.push(line);
  const supervisor = new Supervisor({ ...state, phase: 'ready' }, file, tell, 0, steadyMs);
  let end: (exit: ProcessExit) => void = () => undefined;
  let runs = 0;
  const run = async (): Promise<Run> => {
    const exited = new Promise<ProcessExit>((resolve) => (end = resolve));
    await supervisor.add({ name: 'Kafka', address: 'here', stop: () => Promise.resolve() });
    runs += 1;
    return { name: 'Kafka', logFile: 'kafka.log', without: 'orders wait', exited };
  };
  const again = () => (starts.shift() === false ? Promise.reject(new Error('no port')) : run());
  supervisor.watch(await run(), again);
  const until = (line: string) => waitFor(() => told.at(-1) === line, { what: line });
  const part = () => readState(file)?.parts[0];
  return { supervisor, told, end: () => end(KILLED), until, part, runs: () => runs };
}

describe('a part that ends by itself', () => {
  it('is said, with how it ended and what that means, and brought back', async () => {
    const { told, end, until, part } = await watched();
    end();
    await until('✓ Kafka runs again');
    expect(told[0]).toBe(
      '! Kafka ended (SIGKILL); it is started again. Until it is back, orders wait',
    );
    expect(part()).toMatchObject({ restarts: 1 });
    expect(part()).not.toHaveProperty('ended');
  });

  it('is brought back five times, and then left alone, which is said and shown', async () => {
    const { end, until, part, runs, told } = await watched();
    for (let time = 1; time <= 5; time += 1) {
      end();
      await waitFor(() => told.length === 2 * time, { what: 'the next start' });
    }
    end();
    await until(
      '✗ Kafka ended (SIGKILL); it stays down (log: kafka.log). Until it is back, orders wait',
    );
    expect(runs()).toBe(6);
    expect(part()).toMatchObject({ restarts: 5, ended: 'SIGKILL' });
  });

  it('is brought back as often as it ends where it has run for a while in between', async () => {
    const { end, part, runs, told } = await watched([], 0);
    for (let time = 1; time <= 7; time += 1) {
      end();
      await waitFor(() => told.length === 2 * time, { what: 'the next start' });
    }
    expect(runs()).toBe(8);
    expect(part()).toMatchObject({ restarts: 7 });
  });

  it('is tried again when a start fails, and each start that fails counts', async () => {
    const { end, until, part, runs, told } = await watched([false, true, false, false, false]);
    end();
    await until('✓ Kafka runs again');
    expect(told[1]).toBe('✗ Kafka does not come back: no port; it is tried again');
    expect(part()).toMatchObject({ restarts: 2 });
    end();
    await until('✗ Kafka does not come back: no port; it stays down (log: kafka.log)');
    expect(runs()).toBe(2);
    expect(part()).toMatchObject({ restarts: 5, ended: 'SIGKILL' });
  });

  it('is none when it was asked to end', async () => {
    const { supervisor, told, end, runs } = await watched();
    const stopped = supervisor.stop();
    end();
    await stopped;
    expect([told, runs()]).toEqual([[], 1]);
  });
});
