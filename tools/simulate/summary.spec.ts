/** Promise attacked here: a run in which too little happened does not count as one that found nothing. */
import { describe, expect, it } from '@jest/globals';
import { describe as told } from './report.js';
import { emptySummary, tooKind, type Summary } from './summary.js';

const enough: Summary = {
  ...emptySummary(),
  ...{ seeds: 2, orders: 40, leastSteps: 300, leastFaultKinds: 3 },
};

describe('simulated worlds', () => {
  it('in which enough happened are not too kind', () => {
    expect(tooKind(enough)).toEqual([]);
    expect(tooKind(emptySummary())).toEqual([]);
  });

  it.each<[Partial<Summary>, string]>([
    [{ orders: 39 }, 'fewer than 20 orders a world'],
    [{ leastSteps: 299 }, '299 steps in one, not 300'],
    [{ leastFaultKinds: 2 }, '2 kinds of faults in one, not 3'],
  ])('are too kind with %j, which is said', (less, what) => {
    const summary = { ...enough, ...less };
    expect(tooKind(summary)).toEqual([what]);
    expect(told(summary, 1)).toContain(`too little happened: ${what}`);
  });
});
