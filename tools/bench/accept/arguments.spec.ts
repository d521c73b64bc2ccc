import { describe, expect, it } from '@jest/globals';
import { readAcceptArguments } from './arguments.js';

describe('the arguments of accept', () => {
  it('default to both modes with 100 and 500 connections', () => {
    expect(readAcceptArguments([])).toEqual({
      connections: [100, 500],
      modes: ['paused', 'running'],
      warmUpMs: 5_000,
      windowMs: 15_000,
      json: undefined,
    });
  });

  it('can be quick, and changed one by one', () => {
    const quick = { warmUpMs: 2_000, windowMs: 3_000, connections: [100, 500] };
    expect(readAcceptArguments(['--quick'])).toMatchObject(quick);
    const args = ['--quick', '--window', '60', '--connections=8, 16', '--only', 'running'];
    expect(readAcceptArguments([...args, '--json', 'a.json'])).toEqual({
      connections: [8, 16],
      modes: ['running'],
      warmUpMs: 2_000,
      windowMs: 60_000,
      json: 'a.json',
    });
  });

  it('may ask for help', () => {
    expect(readAcceptArguments(['--help'])).toBeUndefined();
  });

  it.each([
    [['--connections', '0'], '--connections must be'],
    [['--connections', '100,'], '--connections must be'],
    [['--window', '0'], '--window must be'],
    [['--warm-up', 'long'], '--warm-up must be'],
    [['--only', 'both'], '--only knows no "both"; there are: paused, running.'],
    [['--rounds', '3'], "'--rounds'"],
    [['all'], 'accept --help'],
  ])('are refused: %j', (args, message) => {
    expect(() => readAcceptArguments(args)).toThrow(message);
  });
});
