/**
 * Promise attacked here: of a story that is shortened exactly that is left which makes it fail: first its orders go,
 * then its faults, then its delays. The worlds are not run; each says at once whether it fails.
 */
import { describe, expect, it } from '@jest/globals';
import { planOf, type Plan } from './plan.js';
import type { RunResult } from './run.js';
import { shrink, storyOf, type Story } from './shrink.js';
import { CHANCE_KINDS } from './world/faults.js';

const plan: Plan = {
  ...planOf(1),
  rates: { 'send-lost': 0.1, redelivery: 0.1 },
  conditions: ['clock-skew', 'slow-network'],
};
const STROKES = 5;
const everything = storyOf(plan);

/** What a plan still has of the seed's own. */
const leftOf = (one: Plan): Story => ({
  ...storyOf(one),
  incidents: one.incidents.map((incident) => plan.incidents.indexOf(incident)),
  reserve: (one.reserve ?? []).map((incident) => plan.reserve?.indexOf(incident) ?? -1),
  spared: one.spared,
  isCalm: one.shape.slowestMs === 0,
});

/** Five strokes of each kind that has a rate. */
const resultOf = (one: Plan, violations: string[]): RunResult => {
  const happened = (kind: string): number =>
    STROKES - one.spared.filter((stroke) => stroke.startsWith(`${kind}#`)).length;
  const kinds = CHANCE_KINDS.filter((kind) => one.rates[kind] !== undefined);
  return {
    ...{ seed: one.seed, violations, hash: '', steps: 0, virtualMs: 0 },
    ...{ orders: one.orders.length, situations: {}, logged: {}, trace: [] },
    faults: Object.fromEntries(kinds.map((kind) => [kind, happened(kind)])),
  };
};

/** Keeps what was tried. */
const worldsThatFail = (fails: (story: Story) => boolean) => {
  const tried: Story[] = [];
  const run = (one: Plan): Promise<RunResult> => {
    const story = leftOf(one);
    tried.push(story);
    return Promise.resolve(resultOf(one, fails(story) ? ['order 12 is lost'] : []));
  };
  return { tried, run };
};

const isStruck = ({ rates, spared }: Story): boolean =>
  rates.includes('send-lost') && !spared.includes('send-lost#3');
const ALL_BUT_THIRD = ['send-lost#1', 'send-lost#2', 'send-lost#4', 'send-lost#5'];

describe('of a story', () => {
  it('is left what makes it fail, and nothing else', async () => {
    const { run } = worldsThatFail(
      (story) => story.orders.includes(7) && isStruck(story) && !story.isCalm,
    );
    const { story } = await shrink(plan, { run });
    expect({ ...story, spared: story.spared.toSorted() }).toEqual({
      ...{ seed: 1, orders: [7], withdrawals: [], rates: ['send-lost'], incidents: [] },
      ...{ reserve: [], conditions: [], isCalm: false },
      spared: ALL_BUT_THIRD,
    });
  });

  it.each<[part: string, needed: Partial<Story>]>([
    ['an order', { orders: [3] }],
    ['a withdrawal', { withdrawals: everything.withdrawals.slice(-1) }],
    ['a kind of chance', { rates: ['redelivery'] }],
    ['an incident', { incidents: everything.incidents.slice(-1) }],
    ['an incident of the reserve', { reserve: everything.reserve.slice(1, 2) }],
    ['a condition', { conditions: ['slow-network'] }],
  ])('%s is left when that is what it takes', async (_, needed) => {
    const { run } = worldsThatFail((story) =>
      Object.entries(needed).every(([part, items]) => {
        const left: readonly unknown[] = story[part as 'orders'];
        return (items as readonly unknown[]).every((item) => left.includes(item));
      }),
    );
    const { story } = await shrink(plan, { run });
    expect(story).toMatchObject({
      ...{ orders: [], withdrawals: [], rates: [], incidents: [], reserve: [], conditions: [] },
      ...{ isCalm: true, ...needed },
    });
  });

  it('orders go first, then faults and of them the reserve, then delays', async () => {
    const { tried, run } = worldsThatFail((story) => story.orders.includes(7) && isStruck(story));
    await shrink(plan, { run });
    const sizes = (story: Story): number[] => [
      story.orders.length,
      story.withdrawals.length,
      story.reserve.length,
      story.rates.length,
      story.incidents.length,
      story.conditions.length,
      2 * STROKES - story.spared.length,
      story.isCalm ? 0 : 1,
    ];
    const wholes = sizes(everything);
    const firstLess = wholes.map((whole, part) =>
      tried.findIndex((story) => (sizes(story)[part] ?? 0) < whole),
    );
    expect(firstLess).not.toContain(-1);
    expect(firstLess).toEqual(firstLess.toSorted((one, other) => one - other));
    expect(new Set(firstLess).size).toBe(firstLess.length);
  });

  it('an order goes that could go only once there were no delays', async () => {
    const { run } = worldsThatFail(
      ({ orders, isCalm }) => orders.includes(7) && (orders.includes(3) || isCalm),
    );
    const { story } = await shrink(plan, { run });
    expect(story.orders).toEqual([7]);
    expect(story.isCalm).toBe(true);
  });

  it('a stroke goes that could go only then, and those that went before do not come back', async () => {
    const { run } = worldsThatFail(
      (story) => isStruck(story) && (!story.spared.includes('send-lost#5') || story.isCalm),
    );
    const { story } = await shrink(plan, { run });
    expect(story.spared.toSorted()).toEqual(ALL_BUT_THIRD);
    expect(story.isCalm).toBe(true);
  });
});

describe('when tries run out', () => {
  it('the last one is for a world without delays', async () => {
    const { tried, run } = worldsThatFail(({ orders }) => orders.includes(7));
    const { story, tries } = await shrink(plan, { run, mostTries: 6 });
    expect(tries).toBe(6);
    // And the first run, of the plan itself.
    expect(tried).toHaveLength(7);
    expect(tried.map(({ isCalm }) => isCalm)).toEqual([...Array<boolean>(6).fill(false), true]);
    expect(story.isCalm).toBe(true);
  });

  it('a world that fails otherwise is not taken for it', async () => {
    const run = (one: Plan): Promise<RunResult> =>
      Promise.resolve(
        resultOf(one, [one.orders.length > 10 ? 'order 12 is lost' : 'no mail of order 3']),
      );
    const { story, result } = await shrink(plan, { run });
    expect(story.orders).toHaveLength(11);
    expect(result.violations).toEqual(['order 12 is lost']);
  });
});
