import { describe, expect, it } from '@jest/globals';
import { settlementIdOf } from './settled.js';
import { latestSlot } from './schedule.js';

const DAY_MS = 86_400_000;

describe('the schedule', () => {
  it('means the same moment all day, and the next one after it', () => {
    const slot = (time: string) => latestSlot(new Date(time), DAY_MS)?.batchId;
    expect(slot('2026-06-01T00:00:00.000Z')).toBe('at-2026-06-01T00:00:00.000Z');
    expect(slot('2026-06-01T23:59:59.999Z')).toBe('at-2026-06-01T00:00:00.000Z');
    expect(slot('2026-06-02T00:00:00.000Z')).toBe('at-2026-06-02T00:00:00.000Z');
  });

  it('has no moments when there is none', () => {
    expect(latestSlot(new Date(), 0)).toBeUndefined();
  });
});

describe('the id of a settlement', () => {
  it('is that of its share, in letters that are safe anywhere', () => {
    const id = settlementIdOf('b', { merchantId: '茶/..', currency: 'GBP' });
    expect(id).toMatch(/^st_[0-9a-f]{32}$/);
    expect(settlementIdOf('b', { merchantId: '茶/..', currency: 'GBP' })).toBe(id);
    expect(settlementIdOf('c', { merchantId: '茶/..', currency: 'GBP' })).not.toBe(id);
    expect(settlementIdOf('b', { merchantId: '茶/..', currency: 'JPY' })).not.toBe(id);
  });
});
