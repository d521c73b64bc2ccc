import { describe, expect, it } from '@jest/globals';
import { CpuByName, databaseOf } from './by-name.js';

describe('the database that a process of Postgres works for', () => {
  it.each([
    ['postgres: app shop 127.0.0.1(51234) idle', 'shop'],
    ['postgres: app shop 127.0.0.1(51234) INSERT waiting', 'shop'],
    ['postgres: app shop [local] idle in transaction', 'shop'],
    ['postgres: checkpointer', undefined],
    ['postgres: walwriter ', undefined],
    ['postgres: autovacuum launcher ', undefined],
    ['/usr/bin/postgres -D /data', undefined],
  ])('%s', (title, database) => {
    expect(databaseOf(title)).toBe(database);
  });
});

it('counts what is spent from its start on, for the nearest root above a process', () => {
  const cpu = new CpuByName([
    { name: 'parent', pid: process.ppid },
    { name: 'own', pid: process.pid },
  ]);
  const { user, system } = process.cpuUsage();
  const until = user + system + 300_000;
  for (let used = 0; used < until;) {
    const now = process.cpuUsage();
    used = now.user + now.system;
  }
  const own = cpu.stop().find(({ name }) => name === 'own')?.ms ?? 0;
  // A tick is 10 ms; what was spent before must not count.
  expect(own).toBeGreaterThan(200);
  expect(own).toBeLessThan(60_000);
});
