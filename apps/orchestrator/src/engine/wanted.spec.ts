import { describe, expect, it } from '@jest/globals';
import { missingOf, strangerOf } from './wanted.js';

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

  it.each([
    [{ action: 'retry', step: 'a' }, undefined],
    [{ action: 'retry', step: 'a', version: 2 }, 'version'],
    [{ action: 'skip', step: 'a', outcome: 'happened' }, 'outcome'],
    [{ action: 'resolve', step: 'a', outcome: 'happened', result: {} }, undefined],
    [{ action: 'settle-effect', effect: 'e', step: 'a' }, 'step'],
    [{ action: 'clear-attention', step: 'a' }, undefined],
    [{ action: 'compensate', step: 'a' }, 'step'],
    [{ action: 'cancel', result: {} }, 'result'],
    [{ action: 'hold', effect: 'e' }, 'effect'],
    [{ action: 'release', version: 1 }, 'version'],
    [{ action: 'move', version: 2, step: 'a' }, 'step'],
  ] as const)('does not go with %j: %s', (deed, stranger) => {
    expect(strangerOf(deed)).toBe(stranger);
  });
});
