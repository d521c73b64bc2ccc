import { describe, expect, it } from '@jest/globals';
import { memoryLines, trendsOf } from './trend.js';

const MEBI = 1024 * 1024;
const samples = Array.from({ length: 91 }, (_, index) => ({
  seconds: index * 10,
  bytes: { order: (100 + index * 0.1) * MEBI, Kafka: 500 * MEBI },
}));

describe('the trend of memory', () => {
  it('compares thirds and gives the slope an hour', () => {
    const [order, kafka] = trendsOf(samples);
    expect(order?.process).toBe('order');
    expect(order?.firstThirdMib).toBeCloseTo(101.5);
    expect(order?.lastThirdMib).toBeCloseTo(107.5);
    expect(order?.mibPerHour).toBeCloseTo(36);
    expect(kafka).toMatchObject({ firstThirdMib: 500, lastThirdMib: 500, mibPerHour: 0 });
  });

  it('does not stumble over a process that was there for a moment, or nobody', () => {
    const one = [...samples, { seconds: 910, bytes: { late: MEBI } }];
    expect(trendsOf(one).at(-1)).toMatchObject({ process: 'late', mibPerHour: 0 });
    expect(trendsOf([])).toEqual([]);
  });

  it('has a line a process, in MiB', () => {
    const lines = memoryLines(samples);
    expect([...lines.keys()]).toEqual(['order', 'Kafka']);
    expect(lines.get('Kafka')?.[3]).toEqual({ seconds: 30, value: 500 });
  });
});
