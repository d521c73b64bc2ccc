import { beforeEach, describe, expect, test } from '@jest/globals';
import { ManualClock, settled } from '../fixtures/manual-clock.js';
import { OffsetCommitter } from './offsets.js';

let commits: string[][];
let errors: unknown[];
let hold: Promise<void>;
let release: () => void;
let isDown: boolean;
let clock: ManualClock;
let offsets: OffsetCommitter;

beforeEach(() => {
  commits = [];
  errors = [];
  isDown = false;
  hold = Promise.resolve();
  release = () => undefined;
  clock = new ManualClock();
  offsets = new OffsetCommitter(
    clock,
    async (noted) => {
      await hold;
      if (isDown) throw new Error('down');
      commits.push(noted.map(({ topic, partition, offset }) => `${topic}/${partition}@${offset}`));
    },
    (error) => errors.push(error),
  );
});

describe('committing offsets', () => {
  test('what comes up while a request is under way goes with the next, the latest of each', async () => {
    hold = new Promise((resolve) => (release = resolve));
    offsets.note('a', 0, '1');
    const first = offsets.flush();
    await settled();
    offsets.note('a', 0, '2');
    offsets.note('a', 0, '3');
    offsets.note('a', 1, '7');
    void offsets.flush();
    await settled();
    release();
    await first;
    expect(commits).toEqual([['a/0@1'], ['a/0@3', 'a/1@7']]);
  });

  test('happens by itself, for all that was noted within a moment', async () => {
    offsets.note('a', 0, '1');
    offsets.note('a', 1, '7');
    await clock.advance(200);
    offsets.note('a', 0, '2');
    expect(commits).toEqual([]);
    await clock.advance(50);
    expect(commits).toEqual([['a/0@2', 'a/1@7']]);
    await clock.advance(1_000);
    expect(commits).toHaveLength(1);
    offsets.note('a', 0, '3');
    await clock.advance(250);
    expect(commits.at(-1)).toEqual(['a/0@3']);
  });

  test('a failure is reported, never thrown, and the next ones are committed', async () => {
    isDown = true;
    offsets.note('a', 0, '1');
    await offsets.flush();
    expect(errors).toHaveLength(1);
    isDown = false;
    offsets.note('a', 0, '2');
    await offsets.flush();
    expect(commits).toEqual([['a/0@2']]);
  });

  test('what was noted while a request failed is committed by itself', async () => {
    isDown = true;
    hold = new Promise((resolve) => (release = resolve));
    offsets.note('a', 0, '1');
    const failing = offsets.flush();
    offsets.note('a', 0, '2');
    await clock.advance(250);
    release();
    await failing;
    isDown = false;
    await clock.advance(250);
    expect(commits).toEqual([['a/0@2']]);
  });

  test('what could not be committed is, although nothing else comes in its partition', async () => {
    isDown = true;
    offsets.note('a', 0, '1');
    await offsets.flush();
    await clock.advance(250);
    expect(errors).toHaveLength(2);
    isDown = false;
    await clock.advance(250);
    expect(commits).toEqual([['a/0@1']]);
    await clock.advance(1_000);
    expect(commits).toHaveLength(1);
  });

  test('what a new generation begins while it is being committed in vain is forgotten', async () => {
    isDown = true;
    hold = new Promise((resolve) => (release = resolve));
    offsets.note('a', 0, '1');
    const failing = offsets.flush();
    offsets.forget();
    release();
    await failing;
    isDown = false;
    await clock.advance(1_000);
    expect(commits).toEqual([]);
  });

  test('those of a former generation are forgotten', async () => {
    offsets.note('a', 0, '1');
    offsets.forget();
    await offsets.flush();
    await clock.advance(1_000);
    expect(commits).toEqual([]);
  });

  test('after the end nothing is noted, and nothing tried again', async () => {
    isDown = true;
    offsets.note('a', 0, '1');
    await offsets.flush();
    offsets.close();
    offsets.note('a', 0, '2');
    await clock.advance(1_000);
    expect(errors).toHaveLength(1);
    isDown = false;
    await offsets.flush();
    expect(commits).toEqual([]);
  });
});
