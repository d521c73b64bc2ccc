import { describe, expect, it } from '@jest/globals';
import { missingOf } from './wanted.js';

describe('what an action needs', () => {
  it.each([
    [{ action: 'retry' }, 'step'],
    [{ action: 'skip' }, 'step'],
    [{ action: 'resolve' }, 'step'],
    [{ action: 'resolve', step: 'a' }, 'outcome'],
    [{ action: 'resolve', step: 'a', outcome: 'happened' }, undefined],
    [{ action: 'settle-effect' }, 'effect'],
    [{ action: 'move' }, 'version'],
    [{ action: 'move', version: 2 }, undefined],
    [{ action: 'clear-attention' }, undefined],
  ] as const)('is missing in %j: %s', (deed, missing) => {
    expect(missingOf(deed)).toBe(missing);
  });
});
