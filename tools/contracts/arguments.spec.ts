import { describe, expect, it } from '@jest/globals';
import { readArguments, UsageError } from './arguments.js';

describe('arguments of contracts', () => {
  it('name a command', () => {
    const plain = { json: false, check: false, from: undefined };
    expect(readArguments(['check'])).toEqual({ ...plain, command: 'check' });
    expect(readArguments(['diff', '--json'])).toEqual({ ...plain, command: 'diff', json: true });
    expect(readArguments(['docs', '--check'])).toEqual({ ...plain, command: 'docs', check: true });
    expect(readArguments(['diff', '--from', 'main'])).toMatchObject({ from: 'main' });
    expect(readArguments(['diff', '--from', 'released'])).toMatchObject({ from: undefined });
  });

  it.each([['--help'], ['-h', 'check']])('run nothing with %s', (...words) => {
    expect(readArguments(words)).toBeUndefined();
  });

  it.each([
    [[], /a command is needed; known are check, diff, release, docs/],
    [['chek'], /there is no 'chek'/],
    [['check', 'diff'], /one command at a time/],
    [['release', '--json'], /nothing to say as JSON/],
    [['check', '--from', 'main'], /'--from' is for diff/],
    [['check', '--check'], /'--check' is for docs/],
    [['check', '--jsn'], /jsn/],
  ])('are not %j', (words, message) => {
    expect(() => readArguments(words)).toThrow(UsageError);
    expect(() => readArguments(words)).toThrow(message);
  });
});
