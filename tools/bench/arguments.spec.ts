import { describe, expect, it } from '@jest/globals';
import { HELP, readArguments } from './arguments.js';
import { CONTENDERS } from './contenders.js';

describe('the arguments of the benchmark', () => {
  it('default to three rounds of all contenders', () => {
    expect(readArguments([])).toEqual({
      rounds: 3,
      windowMs: 20_000,
      warmUpMs: 5_000,
      only: CONTENDERS.map(({ name }) => name),
      inFlight: undefined,
      quick: false,
      lenient: false,
      prepareOnly: false,
      json: undefined,
      svg: undefined,
    });
  });

  it('can be quick, and changed one by one', () => {
    const args = ['--quick', '--window', '0.5', '--in-flight=8', '--json', 'a.json'];
    expect(readArguments(args)).toMatchObject({
      quick: true,
      rounds: 1,
      windowMs: 500,
      inFlight: 8,
      json: 'a.json',
    });
  });

  it('take contenders by name, in the order of the table', () => {
    const [first, second] = CONTENDERS.map(({ name }) => name);
    expect(readArguments(['--only', `${second}, ${first}`])?.only).toEqual([first, second]);
  });

  it('may ask for help, which names every contender', () => {
    expect(readArguments(['--help'])).toBeUndefined();
    for (const { name } of CONTENDERS) expect(HELP).toContain(name);
  });

  it.each([
    [['--rounds', '0'], '--rounds must be'],
    [['--rounds', '1.5'], '--rounds must be'],
    [['--window', '0'], '--window must be'],
    [['--warm-up', 'long'], '--warm-up must be'],
    [['--in-flight', '-1'], '--in-flight'],
    [['--only', 'dbos,camunda'], 'knows no "camunda"'],
    [['--fast'], "'--fast'"],
    [['fast'], "'fast'"],
  ])('are refused: %j', (args, message) => {
    expect(() => readArguments(args)).toThrow(message);
  });
});
