import { describe, expect, it } from '@jest/globals';
import { readArguments, UsageError } from './arguments.js';

describe('arguments of verify', () => {
  it('say which tests come after the checks', () => {
    expect(readArguments([])).toEqual({ tests: 'all', proofs: 'too' });
    expect(readArguments(['--fast'])).toEqual({ tests: 'fast', proofs: 'too' });
    expect(readArguments(['--checks'])).toEqual({ tests: 'none', proofs: 'too' });
    expect(readArguments(['--fast', '--checks'])).toEqual({ tests: 'none', proofs: 'too' });
    expect(readArguments(['--long'])).toEqual({ tests: 'of-tests', proofs: 'too' });
  });

  it('say whether what takes minutes is done by itself', () => {
    expect(readArguments(['--proofs'])).toEqual({ tests: 'none', proofs: 'only' });
    expect(readArguments(['--checks', '--no-proofs'])).toEqual({ tests: 'none', proofs: 'not' });
    expect(readArguments(['--no-proofs'])).toEqual({ tests: 'all', proofs: 'not' });
  });

  it.each(['--help', '-h'])('run nothing with %s', (word) => {
    expect(readArguments(['--checks', word])).toBeUndefined();
  });

  it.each(['--fsat', 'fast'])('are not %s, which must not mean everything', (word) => {
    expect(() => readArguments([word])).toThrow(UsageError);
  });
});
