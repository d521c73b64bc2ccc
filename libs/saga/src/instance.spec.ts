import { describe, expect, it } from '@jest/globals';
import { isOver, sagaStates } from './instance.js';

describe('a saga', () => {
  it('is over when it is completed or compensated, and in no other state', () => {
    expect(sagaStates.filter(isOver)).toEqual(['completed', 'compensated']);
  });
});
