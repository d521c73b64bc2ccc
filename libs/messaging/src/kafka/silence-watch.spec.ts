import { beforeEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '../fixtures/manual-clock.js';
import { SilenceWatch } from './silence-watch.js';

const SILENCE_MS = 10_000;

let clock: ManualClock;
let isBrokerUp: boolean;
let deaths: string[];
let watch: SilenceWatch;

beforeEach(() => {
  clock = new ManualClock();
  isBrokerUp = true;
  deaths = [];
  watch = new SilenceWatch({
    clock,
    silenceMs: SILENCE_MS,
    ping: () => (isBrokerUp ? Promise.resolve() : Promise.reject(new Error('down'))),
    onDead: ({ message }) => deaths.push(message),
  });
});

describe('watching a client', () => {
  test('that gives signs: nothing happens, however long', async () => {
    for (let step = 0; step < 100; step += 1) {
      watch.sign();
      await clock.advance(SILENCE_MS / 2);
    }
    expect(deaths).toEqual([]);
  });

  test('that falls silent while the broker answers: it is dead, once', async () => {
    await clock.advance(10 * SILENCE_MS);
    expect(deaths).toHaveLength(1);
  });

  test('that is silent in an outage: it is left alone, and given time when that is over', async () => {
    isBrokerUp = false;
    await clock.advance(100 * SILENCE_MS);
    expect(deaths).toEqual([]);
    isBrokerUp = true;
    await clock.advance(SILENCE_MS);
    watch.sign();
    await clock.advance(SILENCE_MS);
    expect(deaths).toEqual([]);
  });

  test('that stays silent after an outage: it is dead', async () => {
    isBrokerUp = false;
    await clock.advance(10 * SILENCE_MS);
    isBrokerUp = true;
    await clock.advance(3 * SILENCE_MS);
    expect(deaths).toHaveLength(1);
  });

  test('that was given up: nothing happens any more', async () => {
    watch.end();
    await clock.advance(10 * SILENCE_MS);
    expect(deaths).toEqual([]);
  });
});
