import { describe, expect, it } from '@jest/globals';
import { figure, ratiosTable, remarks, spread } from './report.js';
import { given } from './spec/given.js';
import { summarise } from './summary.js';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.5432, '0.54'],
    [7.849, '7.8'],
    [27.26, '27.3'],
    [2580.4, '2,580'],
  ])('%f reads %s', (value, expected) => {
    expect(figure(value)).toBe(expected);
  });

  it('show their spread where there is one', () => {
    expect(spread({ median: 300, min: 280, max: 310.2 })).toBe('300 (280-310)');
    expect(spread({ median: 300, min: 300, max: 300 })).toBe('300');
    expect(spread(undefined)).toBe('-');
  });
});

describe('the summary', () => {
  it('compares within rounds, and leaves void figures out', () => {
    const attempts = [
      given.attempt('own', 1, { perSecond: 1000 }),
      given.attempt('dbos', 1, { perSecond: 100 }),
      given.attempt('own', 2, { perSecond: 3000 }),
      given.attempt('dbos', 2, { perSecond: 200 }),
      given.attempt('own', 3, { perSecond: 9000, problems: ['2 sagas failed'] }),
      given.attempt('dbos', 3, { perSecond: 900 }),
    ];
    const [own, dbos] = summarise(given.specs, attempts);
    expect(own?.figures['sagas-per-second']).toEqual({ median: 2000, min: 1000, max: 3000 });
    expect(dbos?.figures['sagas-per-second']).toEqual({ median: 200, min: 100, max: 900 });
    expect(dbos?.ratios['sagas-per-second']).toEqual({ median: 12.5, min: 10, max: 15 });
    expect(own?.ratios).toEqual({});
  });

  it('takes the first one that is there as the measure', () => {
    const attempts = [given.attempt('dbos', 1, { perSecond: 5 })];
    const summaries = summarise(given.specs, attempts);
    expect(summaries.map(({ name }) => name)).toEqual(['dbos']);
    expect(ratiosTable(summaries)).toBe('');
  });
});

describe('the remarks', () => {
  it('name what is void, failed, left out, and who else was busy', () => {
    const attempts = [
      given.attempt('own', 1, { problems: ['2 sagas failed'], foreignCpuMs: 500, repeated: 7 }),
      { ...given.attempt('dbos', 1, {}), failure: 'ended with exit code 1' },
    ];
    const said = remarks(attempts, [{ contender: 'temporal', reason: 'there is no Go' }], 2);
    expect(said).toEqual([
      'left out: temporal, because there is no Go',
      'void: own, round 1, throughput: 2 sagas failed',
      'repeated: own, round 1: 7 steps ran again, without a second effect',
      'failed: dbos, round 1: ended with exit code 1',
      expect.stringMatching(/^interference: others took 13 % .*, 25 % at most/),
    ]);
  });

  it('are silent when there is nothing to say', () => {
    expect(remarks([given.attempt('own', 1, {})], [], 2)).toEqual([]);
  });
});
