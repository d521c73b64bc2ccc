/** Promise attacked here: what is meant is done, and anything else is said to be a mistake. */
import { describe, expect, it } from '@jest/globals';
import { readArguments } from './arguments.js';

const hash = 'ab'.repeat(32);

describe('the arguments of the ledger command', () => {
  it('are read', () => {
    expect(readArguments(['verify'])).toEqual({ databaseUrl: undefined, expect: undefined });
    expect(
      readArguments(['verify', '--database', 'postgres://x', '--expect', `2026-11-26=${hash}`]),
    ).toEqual({ databaseUrl: 'postgres://x', expect: { day: '2026-11-26', hash } });
    expect(readArguments(['--help'])).toBeUndefined();
  });

  it.each([
    [[], 'what is to be done'],
    [['forge'], "there is no 'forge'"],
    [['verify', 'all'], 'verify takes nothing more'],
    [['verify', '--expect', hash], '--expect must be'],
    [['verify', '--force'], 'force'],
  ])('%p is a mistake', (args, message) => {
    expect(() => readArguments(args)).toThrow(message);
  });
});
