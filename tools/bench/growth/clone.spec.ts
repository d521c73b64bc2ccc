import { describe, expect, it } from '@jest/globals';
import { cloneHistory, cloneInstances, cloneValues, daysBefore, spreadOverDays } from './clone.js';

describe('clones', () => {
  it('are spread over the days, none left out, none twice', () => {
    const days = ['2026-01-30', '2026-01-31', '2026-02-01'];
    expect(spreadOverDays(10, days)).toEqual([
      { day: '2026-01-30', from: 0, to: 3 },
      { day: '2026-01-31', from: 3, to: 6 },
      { day: '2026-02-01', from: 6, to: 10 },
    ]);
    expect(spreadOverDays(1, days)).toEqual([{ day: '2026-02-01', from: 0, to: 1 }]);
    expect(spreadOverDays(0, days)).toEqual([]);
  });

  it('begin within their day', () => {
    const [first, last, firstMs, apartMs] = cloneValues({ day: '2026-02-01', from: 6, to: 10 });
    expect([first, last]).toEqual([6, 9]);
    expect(new Date(firstMs).toISOString()).toBe('2026-02-01T00:00:00.000Z');
    expect(new Date(firstMs + 3 * apartMs).toISOString()).toBe('2026-02-01T18:00:00.000Z');
  });

  it('have days that went by', () => {
    expect(daysBefore('2026-03-02', 3)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  });

  it('copy the columns that they know nothing of', () => {
    const instances = cloneInstances(['id', 'body', 'some_column']);
    expect(instances).toContain('insert into saga_instance (id, body, some_column)');
    expect(instances).toContain('select clone.id, seed.body, seed.some_column');
    const history = cloneHistory('saga_history_20260201', ['saga_id', 'entry']);
    expect(history).toContain('insert into saga_history_20260201 (saga_id, entry)');
    expect(history).toContain('select clone.id, seed.entry');
  });
});
