import { describe, expect, it } from '@jest/globals';
import { comparable, differences, shortJson } from './diff.js';

describe('what is different', () => {
  it('is told place by place', () => {
    const before = { state: 'running', a: { b: 1, c: 2 }, list: [1, 2], gone: true, same: {} };
    const after = { state: 'done', a: { b: 1, c: 3 }, list: [1, 2, 3], come: null, same: {} };
    expect(differences(before, after)).toEqual([
      { path: 'state', before: 'running', after: 'done' },
      { path: 'a.c', before: 2, after: 3 },
      { path: 'list.2', before: undefined, after: 3 },
      { path: 'gone', before: true, after: undefined },
      { path: 'come', before: undefined, after: null },
    ]);
  });

  it.each([
    [1, 1],
    [null, null],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }],
    [NaN, NaN],
  ])('is nothing between %j and %j', (before, after) => {
    expect(differences(before, after)).toEqual([]);
  });

  it('is the whole where the kinds differ', () => {
    expect(differences({ a: [1] }, { a: { 0: 1 } })).toEqual([
      { path: 'a', before: [1], after: { 0: 1 } },
    ]);
    expect(differences(null, {})).toEqual([{ path: '', before: null, after: {} }]);
  });

  it('does not depend on where a step stands', () => {
    const one = { name: 'a', state: 'sent' };
    const two = { name: 'b', state: 'done' };
    const of = (...steps: (typeof one)[]) => comparable({ steps, ledger: [{ id: 'x', taken: 1 }] });
    expect(differences(of(one, two), of(two, one))).toEqual([]);
    expect(differences(of(one), of({ ...one, state: 'done' }))).toEqual([
      { path: 'steps.a.state', before: 'sent', after: 'done' },
    ]);
  });
});

it('what is long is cut', () => {
  expect(shortJson({ a: 1 })).toBe('{"a":1}');
  expect(shortJson('text')).toBe('text');
  expect(shortJson(undefined)).toBe('—');
  expect(shortJson('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
});
