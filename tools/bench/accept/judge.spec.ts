import { describe, expect, it } from '@jest/globals';
import { compare } from './judge.js';

const must = new Set(['a', 'b', 'c']);
const what = 'start';

describe('the audit of accepted orders', () => {
  it('adds up when each has exactly one', () => {
    expect(compare({ what, must }, ['c', 'a', 'b'])).toEqual([]);
  });

  it('lets an order that got no good answer be there, or not', () => {
    const may = new Set(['d', 'e']);
    expect(compare({ what, must, may }, ['a', 'b', 'c', 'd'])).toEqual([]);
  });

  it.each([
    ['a lost one', ['a', 'c'], ['1 of 3 orders have no start']],
    ['nothing at all', [], ['3 of 3 orders have no start']],
    ['one too many', ['a', 'b', 'c', 'b'], ['start: 1 too many']],
    ['one of nobody', ['a', 'b', 'c', 'x'], ['start: 1 of no such order']],
    [
      'a lost one behind one too many',
      ['a', 'a', 'c'],
      ['1 of 3 orders have no start', 'start: 1 too many'],
    ],
  ])('finds %s', (_, found, problems) => {
    expect(compare({ what, must }, found)).toEqual(problems);
  });

  it('finds a second one of an order that got no good answer', () => {
    const found = ['a', 'b', 'c', 'd', 'd'];
    expect(compare({ what, must, may: new Set(['d']) }, found)).toHaveLength(1);
  });
});
