import { describe, expect, test } from '@jest/globals';
import { planPartitions, type PartitionedTable } from './partitions.js';

const table: PartitionedTable = {
  table: 'outbox',
  column: 'created_on',
  keepDays: 1,
  aheadDays: 2,
};
const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);

describe('planning partitions', () => {
  test('makes today and the days ahead, over the end of a year', () => {
    const plan = planPartitions(table, [], '2026-12-31');
    expect(plan.create).toEqual([
      { table: 'outbox', name: 'outbox_20261231', from: '2026-12-31', to: '2027-01-01' },
      { table: 'outbox', name: 'outbox_20270101', from: '2027-01-01', to: '2027-01-02' },
      { table: 'outbox', name: 'outbox_20270102', from: '2027-01-02', to: '2027-01-03' },
    ]);
    expect(plan.drop).toEqual([]);
  });

  test('makes nothing twice, and days gone by where they are asked for', () => {
    const plan = planPartitions(
      { ...table, keepDays: 5, backDays: 1 },
      ['outbox_20261120'],
      '2026-11-20',
    );
    expect(names(plan.create)).toEqual(['outbox_20261119', 'outbox_20261121', 'outbox_20261122']);
  });

  test('drops what is older than it is kept, oldest first, and nothing else', () => {
    const existing = [
      'outbox_20261118',
      'outbox_20261119',
      'outbox_20261117',
      'outbox_20261120',
      'outbox_default',
    ];
    const plan = planPartitions(table, existing, '2026-11-20');
    expect(names(plan.drop)).toEqual(['outbox_20261117', 'outbox_20261118']);
  });

  test('never makes a partition that it would drop', () => {
    const { create } = planPartitions({ ...table, keepDays: 1, backDays: 10 }, [], '2026-11-20');
    const { drop } = planPartitions(table, names(create), '2026-11-20');
    expect(drop).toEqual([]);
  });
});
