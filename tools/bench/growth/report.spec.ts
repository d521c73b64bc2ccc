import { describe, expect, it } from '@jest/globals';
import {
  backlogTable,
  growthRemarks,
  isClean,
  levelsTable,
  memoryTable,
  sizesTable,
} from './report.js';
import { given } from './spec/given.js';

const rowsOf = (text: string): string[][] =>
  text.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe('the tables of growth', () => {
  it('have a line a level, with ratios to the first', () => {
    const [head, rule, none, million] = rowsOf(levelsTable(given.finished));
    expect(head?.[0]).toBe('finished sagas');
    expect(rule?.[1]).toMatch(/^-+:$/);
    expect(none).toEqual(['0', '400 (200-800)', '3', '50', '5 (2.5-10)', '-', '-', 'ok']);
    const figures = ['1,000,000', '150 (100-200)', '3', '100', '15 (10-20)'];
    expect(million).toEqual([...figures, '0.5', '2', '1 void']);
  });

  it('say what lies on the disk, and how fast it came there', () => {
    const [, , row] = rowsOf(sizesTable(given.finished));
    expect(row).toEqual(['1,000,000', '2.4', '0.15', '3', '0.2', '20,000']);
    expect(sizesTable({ ...given.finished, filled: [] })).toBe('');
  });

  it('compare thirds of the time, process by process', () => {
    expect(rowsOf(memoryTable(given.memory))[2]).toEqual(['Kafka', '500', '500', '0']);
  });

  it('tell of the recovery, and of no void figure', () => {
    const figures = new Map(
      rowsOf(backlogTable(given.backlog)).map(([name, value]) => [name, value]),
    );
    expect(figures.get('caught up, sagas/s')).toBe('200');
    expect(figures.get('their longest, s')).toBe('3');
    expect(backlogTable({ ...given.backlog, problems: ['lost'] }).match(/void/g)).toHaveLength(9);
  });
});

it('says what is void, and what failed', () => {
  expect(growthRemarks({ levels: [given.finished] })).toEqual([
    'void: finished, 1,000,000, round 3: 1 of 3 orders have no start',
    'failures: finished, 1,000,000, round 3, throughput: 2 orders: answered 503',
  ]);
});

it('is clean when nothing is void', () => {
  const { memory, backlog } = given;
  expect(
    isClean({ levels: [{ ...given.finished, runs: [given.run(0, 1)] }], memory, backlog }),
  ).toBe(true);
  expect(isClean({ levels: [given.finished] })).toBe(false);
  expect(isClean({ levels: [], backlog: { ...backlog, problems: ['lost'] } })).toBe(false);
});
