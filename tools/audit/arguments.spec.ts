import { describe, expect, it } from '@jest/globals';
import { readArguments, UsageError } from './arguments.js';

const head = 'a'.repeat(64);

describe('the arguments of the audit tool', () => {
  it('are a command and what it may be told', () => {
    expect(readArguments(['verify'])).toEqual({
      ...{ databaseUrl: undefined, head: undefined, json: false },
    });
    expect(
      readArguments(['verify', '--head', head, '--json', '--database', 'postgres://x']),
    ).toEqual({ databaseUrl: 'postgres://x', head, json: true });
    expect(readArguments(['--help'])).toBeUndefined();
  });

  it.each([[[]], [['check']], [['verify', 'x']], [['verify', '--head', 'xyz']], [['--deep']]])(
    'are refused where they make no sense: %j',
    (args) => expect(() => readArguments(args)).toThrow(UsageError),
  );
});
