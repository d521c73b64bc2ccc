import { spawn } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { identify, isAlive } from './process-identity.js';

it('tells a process from another one that got its number', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await new Promise((resolve) => child.once('spawn', resolve));
  const identity = identify(child.pid ?? 0);
  expect(isAlive(identity)).toBe(true);
  expect(isAlive({ ...identity, startedAt: '1' })).toBe(false);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  expect(isAlive(identity)).toBe(false);
  expect(isAlive(identify(identity.pid))).toBe(false);
});
