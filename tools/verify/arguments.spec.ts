import { describe, expect, it } from '@jest/globals';
import { readArguments, UsageError } from './arguments.js';

describe('arguments of verify', () => {
  it('say which tests come after the checks', () => {
    expect(readArguments([])).toEqual({ tests: 'all' });
    expect(readArguments(['--fast'])).toEqual({ tests: 'fast' });
    expect(readArguments(['--checks'])).toEqual({ tests: 'none' });
    expect(readArguments(['--fast', '--checks'])).toEqual({ tests: 'none' });
    expect(readArguments(['--long'])).toEqual({ tests: 'of-tests' });
  });

  it.each(['--help', '-h'])('run nothing with %s', (word) => {
    expect(readArguments(['--checks', word])).toBeUndefined();
  });

  it.each(['--fsat', 'fast'])('are not %s, which must not mean everything', (word) => {
    expect(() => readArguments([word])).toThrow(UsageError);
  });
});
