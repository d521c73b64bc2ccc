/**
 * Promises attacked here: whatever fails, overtakes or repeats itself, every order comes to an end
 * that money, goods and mail agree with. And the simulator's own: a seed is the same world each time.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { LEAST_FAULT_KINDS, planOf, type Plan } from './plan.js';
import { run } from './run.js';
import { runSeeds } from './run-seeds.js';
import type { Summary } from './summary.js';

const SEEDS = 60;

describe('simulated worlds', () => {
  let summary: Summary;

  beforeAll(async () => {
    summary = await runSeeds(Array.from({ length: SEEDS }, (_, index) => index + 1));
  }, 600_000);

  it('keep every promise', () => {
    expect(summary.failures).toEqual([]);
    expect(summary.seeds).toBe(SEEDS);
  });

  it('are worlds with many orders, many steps and several kinds of faults', () => {
    expect(summary.orders).toBeGreaterThanOrEqual(20 * SEEDS);
    expect(summary.leastSteps).toBeGreaterThanOrEqual(300);
    expect(summary.leastFaultKinds).toBeGreaterThanOrEqual(3);
  });

  it('see as many kinds of faults as they must where chance brings about fewer', async () => {
    const plan = planOf(1);
    const [incident] = plan.incidents;
    if (!incident) throw new Error('the plan has no incident');
    const kind: Partial<Plan> = { rates: {}, conditions: [], incidents: [incident] };
    const { faults, violations } = await run({ ...plan, ...kind });
    expect(Object.keys(faults)).toContain(incident.kind);
    expect(Object.keys(faults)).toHaveLength(LEAST_FAULT_KINDS);
    expect(violations).toEqual([]);
  });

  it('know all kinds of faults', () => {
    const unused = Object.entries(summary.faults).filter(([, count]) => count === 0);
    expect(unused).toEqual([]);
  });
});

describe('a seed', () => {
  it.each([7, 8, 9])('is the same world each time: %i', async (seed) => {
    const first = await run(planOf(seed));
    const second = await run(planOf(seed));
    expect(second).toEqual(first);
    expect(second.hash).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is another world than the next one', async () => {
    const hashes = [await run(planOf(10)), await run(planOf(11))].map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(2);
  });
});
