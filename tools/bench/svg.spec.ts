import { describe, expect, it } from '@jest/globals';
import { given } from './spec/given.js';
import { summarise } from './summary.js';
import { plot } from './svg.js';

const drawn = (): string =>
  plot(
    summarise(given.specs, [
      given.attempt('own', 1, { perSecond: 1000 }),
      given.attempt('own', 2, { perSecond: 3000 }),
      given.attempt('dbos', 1, { perSecond: 150 }),
    ]),
    '2 cores & more',
  );

describe('the plot', () => {
  it('has bars as long as the medians, against the longest whisker', () => {
    const [own, dbos] = [...drawn().matchAll(/<rect class="bar[^>]* width="([\d.]+)"/g)];
    // 380 is the width of 3,000, the most of the rounds.
    expect(Number(own?.[1])).toBeCloseTo((2000 / 3000) * 380, 0);
    expect(Number(dbos?.[1])).toBeCloseTo((150 / 3000) * 380, 0);
  });

  it('has a whisker only where rounds differ, from the least to the most', () => {
    const whiskers = [...drawn().matchAll(/<path class="spread" d="M([\d.]+) [\d.]+H([\d.]+)/g)];
    expect(whiskers[0]?.slice(1).map(Number)).toEqual([336.7, 590]);
    const cpu = drawn().indexOf('CPU a saga');
    const perSecond = drawn().slice(0, cpu);
    expect(perSecond.match(/class="spread" d/g)).toHaveLength(1);
  });

  it('draws only what was measured', () => {
    expect(drawn()).toContain('throughput, sagas/s');
    expect(drawn()).not.toContain('idle p50');
  });

  it('is whole as XML and has colours for dark and light', () => {
    const svg = drawn();
    expect(svg).toContain('DBOS &lt;5&gt;');
    expect(svg).toContain('2 cores &amp; more');
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg.match(/<text /g)).toHaveLength(svg.match(/<\/text>/g)?.length ?? 0);
  });
});
