/**
 * Promise attacked here: a failing seed becomes a story that is short and still fails in the same
 * way. The fault is planted: a relay that forgets what dead writers left behind.
 */
import { describe, expect, it, jest } from '@jest/globals';
import { planOf } from './plan.js';
import { run } from './run.js';
import { retell, shrink, storyOf, tell } from './shrink.js';
import { SimOutboxStorage } from './stores/outbox-storage.js';

jest.setTimeout(300_000);

describe('a failing seed', () => {
  it('is retold whole by its own story', async () => {
    const plan = planOf(4);
    const { hash } = await run(plan);
    expect((await run(retell(plan, storyOf(plan)))).hash).toBe(hash);
  });

  it('is shortened to what makes it fail, and told', async () => {
    const forgetful = jest
      .spyOn(SimOutboxStorage.prototype, 'close')
      .mockImplementation(() => Promise.resolve(0));
    try {
      const plan = await firstThatFails();
      const shrunk = await shrink(plan, { mostTries: 60 });
      const { story, result } = shrunk;
      expect(result.violations[0]).toMatch(/not over|never published/);
      // By how much depends on the seed: sixty tries are few.
      expect(story.orders.length).toBeLessThan(plan.orders.length);
      const text = await tell(plan, shrunk);
      expect(text).toContain(`VIOLATION ${result.violations[0]}`);
      expect(text).toContain(JSON.stringify(retell(plan, story)));
    } finally {
      forgetful.mockRestore();
    }
  });

  it('that keeps all promises cannot be shortened', async () => {
    await expect(shrink(planOf(4))).rejects.toThrow('keeps all promises');
  });
});

const firstThatFails = async () => {
  for (let seed = 1; seed < 30; seed += 1) {
    const plan = planOf(seed);
    if ((await run(plan)).violations.length > 0) return plan;
  }
  throw new Error('the planted fault was not noticed');
};
