import { describe, expect, it } from '@jest/globals';
import { isOver } from '#saga';
import { readSeedArguments } from './seed.js';
import { chunksOf } from './seed-sagas.js';
import { Run, SCENARIOS, type Ending } from './seed-scenarios.js';

const NOW = Date.UTC(2026, 10, 27);

describe('what is seeded', () => {
  it.each(SCENARIOS.map((scenario, index) => [index, scenario] as const))(
    'ends as it is meant to: scenario %s',
    (_index, { definition, ending, play }) => {
      const run = new Run(definition, NOW);
      play(run);
      const { state, attention } = run.instance;
      const reached: Ending = attention ? 'attention' : isOver(state) ? (state as Ending) : 'live';
      expect(reached).toBe(ending);
      expect(run.history.map(({ revision }) => revision)).toEqual(
        run.history.map((_, at) => at + 1),
      );
    },
  );

  it('is as many as are wanted, in the shares that are promised', () => {
    const counts: Partial<Record<Ending, number>> = {};
    for (const { rows } of chunksOf(100_000, NOW)) {
      for (const { scenario, count } of rows) {
        counts[scenario.ending] = (counts[scenario.ending] ?? 0) + count;
      }
    }
    const { completed, compensated, live, attention } = counts;
    expect(compensated).toBe(5_000);
    expect((live ?? 0) + (attention ?? 0)).toBe(2_000);
    expect(attention).toBe(200);
    expect(Math.abs((completed ?? 0) - 93_000)).toBeLessThan(5);
  });

  it('lies in the past', () => {
    for (const { fromMs, spanMs } of chunksOf(10_000, NOW)) {
      expect(fromMs + spanMs).toBeLessThanOrEqual(NOW + 1);
    }
  });
});

describe('how many are asked for', () => {
  it('must be said', () => {
    expect(readSeedArguments(['--sagas', '500'])).toMatchObject({ sagas: 500 });
    for (const bad of [[], ['--sagas', '0'], ['--sagas', 'many'], ['--sagas', '10000001'], ['x']]) {
      expect(() => readSeedArguments(bad)).toThrow();
    }
  });
});
