import { describe, expect, it } from '@jest/globals';
import { cpuMsByName, databaseOf, spentBetween } from './by-name.js';

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

it('says what was spent between two looks, most first', () => {
  const before = new Map([['a', 10]]);
  const after = new Map([
    ['a', 12],
    ['b', 5],
  ]);
  expect(spentBetween(before, after)).toEqual([
    { name: 'b', ms: 5 },
    { name: 'a', ms: 2 },
  ]);
});

it('counts a process for the nearest root above it', () => {
  const roots = [
    { name: 'parent', pid: process.ppid },
    { name: 'own', pid: process.pid },
  ];
  const found = cpuMsByName(roots);
  const own = cpuMsByName([{ name: 'own', pid: process.pid }]).get('own') ?? 0;
  expect(found.get('own')).toBeGreaterThan(0);
  expect(found.get('own')).toBeLessThanOrEqual(own);
  expect(found.has('parent')).toBe(true);
});
