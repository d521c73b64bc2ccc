import { describe as about, expect, it } from '@jest/globals';
import type { Exploration } from '#saga';
import { describe, describeBounds } from './report.js';

const found: Exploration = {
  ...{ states: 12_345, transitions: 23_456, instances: 7, cut: 0, pairs: {} },
  ends: { completed: 3 },
};
const quick = { seconds: 59.9, isLenient: false };

about('an exploration, as it is told', () => {
  it('says how far it went, within which bounds', () => {
    expect(
      describeBounds({ faults: undefined, people: false, attempts: 2, inFlight: 12 }),
    ).toContain('like 500,000 different instances grows without end');
    const text = describe('gift', found, quick);
    expect(text).toContain('gift: 12,345 states, 23,456 transitions, 59.9 s');
    expect(text).toContain('\n  complete within its bounds\n');
    expect(text).not.toContain('✗');
  });

  it('marks what takes more than a minute, unless that is wanted', () => {
    const text = describe('gift', found, { seconds: 61, isLenient: false });
    expect(text).toContain('✗ it took 61 s, and is to take less than 60 s');
    expect(describe('gift', found, { seconds: 61, isLenient: true })).not.toContain('✗');
  });

  it('says that it is not complete where too much was on its way', () => {
    const text = describe('gift', { ...found, cut: 1_000 }, quick);
    expect(text).toContain('NOT complete: 1,000 times more was on its way than the bounds allow');
  });

  it('tells how a promise is broken, and no more of what goes on for ever than can be read', () => {
    const broken = (story: readonly string[]): string[] =>
      describe('gift', { ...found, violation: { promise: 'it throws', story } }, quick).split('\n');
    expect(broken(['one', 'two']).slice(-3)).toEqual(['✗ it throws:', '    1. one', '    2. two']);
    expect(broken(['one'])).toContain('  NOT complete: it ends where a promise is broken');
    const lines = broken(Array.from({ length: 1_061 }, () => 'again'));
    expect(lines.slice(-2)).toEqual(['   60. again', '       … and 1,001 more']);
  });
});
