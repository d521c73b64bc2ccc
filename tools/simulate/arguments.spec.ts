import { describe, expect, it } from '@jest/globals';
import { readArguments, UsageError } from './arguments.js';

describe('the arguments of simulate', () => {
  it('has defaults for all of them', () => {
    expect(readArguments([])).toMatchObject({ seeds: 100, trace: false, shrink: true });
    expect(readArguments([])?.from).toBeUndefined();
  });

  it('reads seeds and where to begin', () => {
    expect(readArguments(['--seeds', '300000', '--from', '17'])).toMatchObject({
      from: 17,
      seeds: 300_000,
    });
  });

  it('wants only help', () => {
    expect(readArguments(['--help'])).toBeUndefined();
  });

  it.each([
    ['--seeds', '0'],
    ['--minutes', '0.5'],
    ['--seeds', 'many'],
    ['--from', '-1'],
    ['--sedes', '3'],
    ['3'],
  ])('refuses %s %s', (...args) => {
    expect(() => readArguments(args.filter((arg) => arg !== undefined))).toThrow(UsageError);
  });
});
