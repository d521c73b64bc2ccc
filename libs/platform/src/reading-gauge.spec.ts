import { describe, expect, it } from '@jest/globals';
import { metricsRegistry } from './metrics.js';
import { readingGauge } from './reading-gauge.js';

describe('a gauge of what only a server knows', () => {
  const told = async () => (await metricsRegistry.getSingleMetric('asked')?.get())?.values;

  it('tells the sum of what is answered, and nothing where nobody knows', async () => {
    const watch = readingGauge('asked', 'asked');
    expect(await told()).toEqual([]);
    const silent = watch(() => Promise.reject(new Error('away')));
    expect(await told()).toEqual([]);
    const [two, three] = [2, 3].map((value) => watch(() => Promise.resolve(value)));
    expect(await told()).toMatchObject([{ value: 5 }]);
    two?.();
    expect(await told()).toMatchObject([{ value: 3 }]);
    three?.();
    silent();
    expect(await told()).toEqual([]);
  });
});
