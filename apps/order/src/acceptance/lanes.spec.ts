/** Promises attacked here: who is held up holds up nobody else, and is told so when its time is up. */
import { StillLockedError } from '#messaging';
import { describe, expect, it } from '@jest/globals';
import { runtime } from '#platform';
import { waitFor } from '#testing';
import { Lanes } from './lanes.js';

const LIMITS = { maxItems: 100, maxConcurrent: 2, maxQueued: 1_000 };

/** A database where some requests wait for somebody else. */
class Table {
  readonly locked = new Set<number>();
  readonly waits: (number | undefined)[] = [];
  readonly runs: number[][] = [];

  readonly run = async (requests: readonly number[], waitMs?: number): Promise<string[]> => {
    this.runs.push([...requests]);
    this.waits.push(waitMs);
    const untilMs = runtime.monotonicMs() + (waitMs ?? Infinity);
    while (requests.some((request) => this.locked.has(request))) {
      if (runtime.monotonicMs() >= untilMs) throw new StillLockedError('locked');
      await new Promise((resolve) => setImmediate(resolve));
    }
    return requests.map((request) => `done ${request}`);
  };
}

const within = (ms: number) => runtime.monotonicMs() + ms;
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('the lanes', () => {
  it('are one group for all while nobody is held up', async () => {
    const table = new Table();
    const lanes = new Lanes({ limits: LIMITS, run: table.run });
    const answers = await Promise.all(upTo(50).map((request) => lanes.add(request, Infinity)));
    expect(answers).toEqual(upTo(50).map((request) => `done ${request}`));
    expect(table.runs).toEqual([upTo(50)]);
  });

  it('serve the others of a group beside those that are held up', async () => {
    const table = new Table();
    // as many as may be patient at a time
    for (const request of [17, 23]) table.locked.add(request);
    const lanes = new Lanes({ limits: LIMITS, run: table.run });
    const all = upTo(60).map((request) => lanes.add(request, within(20_000)));
    const others = all.filter((_, request) => !table.locked.has(request));
    expect(await Promise.all(others)).not.toContain(undefined);
    expect(await lanes.add(100, Infinity)).toBe('done 100');
    table.locked.clear();
    expect(await Promise.all([all[17], all[23]])).toEqual(['done 17', 'done 23']);
  });

  it('tell who is held up for longer than its time, and keep nothing of it', async () => {
    const table = new Table();
    for (const request of upTo(6)) table.locked.add(request);
    const lanes = new Lanes({ limits: LIMITS, run: table.run });
    const answers = await Promise.all(upTo(6).map((request) => lanes.add(request, within(60))));
    expect(answers).toEqual(upTo(6).map(() => undefined));
    const { length } = table.runs;
    table.locked.clear();
    expect(await lanes.add(7, Infinity)).toBe('done 7');
    expect(table.runs.slice(length)).toEqual([[7]]);
  });

  it('let who has no time of its own wait for as long as it takes', async () => {
    const table = new Table();
    table.locked.add(1);
    const lanes = new Lanes({ limits: { ...LIMITS, maxItems: 1 }, run: table.run });
    const answer = lanes.add(1, Infinity);
    await waitFor(() => table.waits.includes(undefined), { what: 'patience', intervalMs: 1 });
    table.locked.clear();
    expect(await answer).toBe('done 1');
  });

  it('pass on what else goes wrong, for the one that it is about', async () => {
    const run = (requests: readonly number[]) =>
      requests.includes(3)
        ? Promise.reject(new Error('bad'))
        : Promise.resolve(requests.map(String));
    const lanes = new Lanes({ limits: LIMITS, run });
    const ends = await Promise.allSettled(upTo(5).map((request) => lanes.add(request, Infinity)));
    const failed = ends.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
    expect(failed).toEqual([3]);
  });
});
