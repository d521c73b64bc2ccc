import { describe, expect, it } from '@jest/globals';
import { decidedOr } from './decided-or.js';
import { SagaRun } from './spec/saga-run.js';

describe('a decision', () => {
  it('is what it is, or why there is none', () => {
    const { last } = new SagaRun().start();
    if (!last) throw new Error('nothing was decided');
    expect(decidedOr(() => last)).toBe(last);
    const throwing = (thrown: unknown) =>
      decidedOr(() => {
        throw thrown;
      });
    expect(throwing(new TypeError('no items'))).toBe('cannot be decided: no items');
    expect(throwing('no')).toBe('cannot be decided: no');
  });
});
