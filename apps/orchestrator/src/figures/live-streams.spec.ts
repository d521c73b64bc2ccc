import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { Database } from '#messaging';
import { installRuntime, runtime } from '#platform';
import { ChangedSagas } from '../engine/changed-sagas.js';
import type { Figures } from './figures.js';
import { LiveStreams } from './live-streams.js';

/** A connection that keeps what is written. */
class Watcher extends EventEmitter {
  readonly writableEnded = false;
  readonly destroyed = false;
  readonly writableNeedDrain = false;
  text = '';
  isEnded = false;
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  end(): this {
    this.isEnded = true;
    return this;
  }
  destroy(): this {
    return this;
  }
}

// no time passes: what is told is told without waiting for the next second
beforeEach(() =>
  installRuntime({ ...runtime, monotonicMs: () => 0, after: () => () => undefined }),
);
afterEach(() => installRuntime());

it('tells figures at once, also to who comes while others watch, and waits for nothing slow', async () => {
  const waits: (number | undefined)[] = [];
  const figures = {
    latest: (patienceMs?: number) => {
      waits.push(patienceMs);
      return Promise.resolve({ live: [] });
    },
  } as unknown as Figures;
  const database = { query: () => Promise.reject(new Error('away')) } as unknown as Database;
  const streams = new LiveStreams(figures, new ChangedSagas(), database);
  const watchers = [new Watcher(), new Watcher()];
  for (const watcher of watchers) {
    streams.add(watcher as unknown as Parameters<LiveStreams['add']>[0], 'key');
    await new Promise(setImmediate);
    expect(watcher.text).toContain('event: figures\ndata: {"live":[]}\n\n');
  }
  expect(waits).toEqual([100, 100]);
  for (const watcher of watchers) watcher.emit('close');
});

it('ends what is watched with a key that is good no more, and not who comes while that is looked up', async () => {
  const figures = { latest: () => Promise.resolve({ live: [] }) } as unknown as Figures;
  const asked: { ids: string[]; answer: (rows: { keyId: string }[]) => void }[] = [];
  const database = {
    query: (_: string, [ids]: [string[]]) => new Promise((answer) => asked.push({ ids, answer })),
  } as unknown as Database;
  const streams = new LiveStreams(figures, new ChangedSagas(), database);
  const [revoked, other] = [new Watcher(), new Watcher()];
  const add = (watcher: Watcher, keyId: string): void =>
    streams.add(watcher as unknown as Parameters<LiveStreams['add']>[0], keyId);
  add(revoked, 'revoked');
  add(other, 'other');
  expect(asked.map(({ ids }) => ids)).toEqual([['revoked']]);
  asked[0]?.answer([]);
  await new Promise(setImmediate);
  expect([revoked.isEnded, other.isEnded]).toEqual([true, false]);
  for (const watcher of [revoked, other]) watcher.emit('close');
});
