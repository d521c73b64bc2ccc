/** Promise attacked here: who takes too much is told which of the two it is, with the numbers. */
import { describe, expect, it } from '@jest/globals';
import { ProblemException } from '#platform';
import type { AdjustmentWish } from '../domain/stock-wish.js';
import { done } from './stock-problems.js';

const wish: AdjustmentWish = {
  ...{ kind: 'adjusted', productId: 'mug', warehouseId: 'main', difference: -6 },
  ...{ reason: 'lost', by: 'kim' },
} as const;

function refusal(onHand: number, reserved: number) {
  const stock = { productId: 'mug', warehouseId: 'main', onHand, reserved };
  const why = { kind: 'below-reserved', stock } as never;
  try {
    done({ kind: 'refused', index: 0, why }, [wish]);
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemException)) throw error;
    return error.problem;
  }
}

describe('an adjustment that takes too much', () => {
  it('takes more than is there, where nothing is promised', () => {
    const problem = refusal(5, 0);
    expect(problem).toMatchObject({ status: 409, title: 'More than is there', onHand: 5 });
    expect(problem?.detail).toBe('5 pieces of mug are in main; no more can be taken.');
  });

  it('takes what is promised, where something is', () => {
    const problem = refusal(5, 1);
    expect(problem).toMatchObject({ status: 409, title: 'Less than is reserved', reserved: 1 });
    expect(problem?.detail).toContain('1 are promised to orders');
  });
});
