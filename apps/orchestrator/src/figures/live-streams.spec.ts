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
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  end(): this {
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
