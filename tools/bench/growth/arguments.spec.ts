import { describe, expect, it } from '@jest/globals';
import { GROWTH_HELP, PARTS, readGrowthArguments } from './arguments.js';

describe('the arguments of growth', () => {
  it('default to all parts at the full levels', () => {
    expect(readGrowthArguments([])).toEqual({
      parts: PARTS,
      levels: {
        finished: [0, 1_000_000, 10_000_000],
        waiting: [0, 100_000],
        replicas: [1, 2, 4],
        lines: [1, 10, 85],
      },
      rounds: 4,
      warmUpMs: 5_000,
      windowMs: 20_000,
      memoryMs: 900_000,
      backlogOrders: 180_000,
      json: undefined,
      svg: undefined,
    });
  });

  it('can be quick, and changed one by one', () => {
    const args = ['--quick', '--finished', '0, 50', '--only', 'memory,finished', '--rounds=2'];
    expect(
      readGrowthArguments([...args, '--memory-minutes', '0.5', '--svg', 'a.svg']),
    ).toMatchObject({
      parts: ['finished', 'memory'],
      levels: { finished: [0, 50], waiting: [0, 500] },
      ...{ rounds: 2, windowMs: 4_000, memoryMs: 30_000, backlogOrders: 1_800, svg: 'a.svg' },
    });
  });

  it('may ask for help, which names every part', () => {
    expect(readGrowthArguments(['--help'])).toBeUndefined();
    for (const part of PARTS) expect(GROWTH_HELP).toContain(`\n  ${part} `);
  });

  it.each([
    [['--finished', '0,many'], '--finished must be'],
    [['--finished', '0,5,5'], '--finished names a level twice: "0,5,5".'],
    [['--replicas', '0'], '--replicas must be'],
    [['--replicas', '13'], '--replicas must be'],
    [['--lines', '101'], '--lines must be'],
    [['--memory-minutes', '0'], '--memory-minutes must be'],
    [['--backlog-rate', '-1'], '--backlog-rate'],
    [['--only', 'size'], '--only knows no "size"; there are: finished, waiting'],
    [['--fast'], 'growth --help'],
  ])('are refused: %j', (args, message) => {
    expect(() => readGrowthArguments(args)).toThrow(message);
  });
});
