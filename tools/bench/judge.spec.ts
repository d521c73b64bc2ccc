import { describe, expect, it } from '@jest/globals';
import type { AuditResult, EffectGroup } from '../../bench/contract.js';
import { addTotals, judge } from './judge.js';

const completed = (sagas: number): EffectGroup => ({
  declined: false,
  steps: ['charge', 'notify', 'reserve', 'ship'],
  sagas,
});
const compensated = (sagas: number): EffectGroup => ({
  declined: true,
  steps: ['release', 'reserve'],
  sagas,
});
const audit = (groups: EffectGroup[], twice = 0): AuditResult => ({ groups, twice, repeated: 3 });
const ended = { completed: 8, compensated: 2, failed: 0 };

describe('the audit', () => {
  it('adds up when every saga has the effects of its outcome; a repeated step is no harm', () => {
    expect(judge(audit([completed(8), compensated(2)]), ended)).toEqual([]);
  });

  it.each<[string, AuditResult, string[]]>([
    [
      'a saga without effects',
      audit([completed(7), compensated(2)]),
      ['8 sagas completed, 7 have the effects of it'],
    ],
    [
      'a saga that nobody saw end',
      audit([completed(9), compensated(2)]),
      ['8 sagas completed, 9 have the effects of it'],
    ],
    [
      'a step that is missing',
      audit([
        completed(7),
        { declined: false, steps: ['charge', 'reserve', 'ship'], sagas: 1 },
        compensated(2),
      ]),
      [
        '8 sagas completed, 7 have the effects of it',
        '1 sagas have the effects charge, reserve, ship',
      ],
    ],
    [
      'a declined order that was shipped',
      audit([completed(8), { ...completed(2), declined: true }]),
      [
        '2 sagas compensated, 0 have the effects of it',
        '2 declined sagas have the effects charge, notify, reserve, ship',
      ],
    ],
    [
      'an effect that happened twice',
      audit([completed(8), compensated(2)], 1),
      ['1 effects happened twice'],
    ],
  ])('finds %s', (_, found, problems) => {
    expect(judge(found, ended)).toEqual(problems);
  });

  it('does not pass over sagas that failed', () => {
    const problems = judge(audit([completed(8), compensated(2)]), { ...ended, failed: 4 });
    expect(problems).toEqual(['4 sagas failed']);
  });
});

it('adds up the totals of runs', () => {
  const one = { completed: 1, compensated: 2, failed: 3 };
  expect(addTotals(one, one)).toEqual({ completed: 2, compensated: 4, failed: 6 });
});
