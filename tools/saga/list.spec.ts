import { describe, expect, it } from '@jest/globals';
import { problemOf, type AdminApi, type Page, type Query } from './admin-api.js';
import type { SagaItem } from './answers.js';
import { COLUMNS, collect, footOf, sagaRows } from './list.js';
import { paintFor } from './output.js';
import { fitTable, widthOf } from './table.js';

describe('pages', () => {
  const pagesOf = (pages: readonly Page<number>[]) => {
    const asked: Query[] = [];
    const api: Pick<AdminApi, 'get'> = {
      get: <Body>(_: string, query: Query = {}) => {
        asked.push(query);
        return Promise.resolve(pages[asked.length - 1] as Body);
      },
    };
    return { api: api as AdminApi, asked };
  };

  it('are read until there are enough, also over one that is empty', async () => {
    const { api, asked } = pagesOf([
      { items: [1, 2], nextCursor: 'a' },
      { items: [], nextCursor: 'b' },
      { items: [3], nextCursor: 'c' },
    ]);
    const found = await collect<number>(api, '/x', { query: { state: 'running' }, limit: 3 });
    expect(found).toEqual({ items: [1, 2, 3], nextCursor: 'c' });
    expect(asked).toEqual([
      { state: 'running', limit: 3, cursor: undefined },
      { state: 'running', limit: 1, cursor: 'a' },
      { state: 'running', limit: 1, cursor: 'b' },
    ]);
  });

  it('end where there are no more', async () => {
    const { api, asked } = pagesOf([{ items: [1], nextCursor: 'a' }, { items: [2] }]);
    expect(await collect<number>(api, '/x', { query: {}, limit: 500 })).toEqual({ items: [1, 2] });
    expect(asked.map(({ limit }) => limit)).toEqual([100, 100]);
  });
});

describe('a list', () => {
  const now = Date.UTC(2026, 10, 27, 12);
  const item = {
    ...{
      sagaId: '0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5e',
      orderId: 'o-1',
      definition: 'place-order',
    },
    ...{ version: 3, state: 'running', revision: 4, attributes: { customer: 'c-1' } },
    ...{ createdAt: '2026-11-27T10:00:00.000Z', updatedAt: '2026-11-27T11:00:00.000Z' },
    at: [{ step: 'charge-payment', state: 'sent', since: '2026-11-27T11:59:00.000Z' }],
    attention: { step: 'charge-payment', code: 'no-answer', message: 'nobody answers' },
    amount: { value: 1530, currency: 'GBP' },
  } as SagaItem;

  it('says where each is and what is amiss, in the room there is', () => {
    const paint = paintFor(false, undefined);
    const { lines, isCut } = fitTable(COLUMNS, sagaRows([item], now), { width: 100, paint });
    expect(lines[1]).toContain('running  2 h  ! charge-payment no-answer;');
    expect(isCut).toBe(true);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(100);
    const wide = fitTable(COLUMNS, sagaRows([item], now), { width: Infinity, paint });
    expect(wide.lines[1]).toContain('! charge-payment no-answer; charge-payment sent 60 s');
  });

  it('says what it does not show', () => {
    expect(footOf({ shown: 3, what: 'sagas' })).toEqual([]);
    expect(footOf({ shown: 0, what: 'sagas' })).toEqual(['There are no such sagas.']);
    expect(footOf({ shown: 3, what: 'sagas', nextCursor: 'c', isCut: true })).toEqual([
      '… something was cut: --wide or --json has all of it.',
      '3 are shown, and there may be more: --cursor c',
    ]);
  });
});

describe('what the admin API refuses', () => {
  it.each([
    [400, {}, 2],
    [401, {}, 5],
    [403, {}, 5],
    [404, {}, 3],
    [409, { code: 'moved' }, 4],
    [409, { code: 'history-incomplete' }, 1],
    [422, { code: 'refused' }, 1],
    [500, {}, 1],
    [503, {}, 6],
    [503, undefined, 6],
  ])('by %d %j ends with %d', (status, body, exit) => {
    expect(problemOf(status, body)).toMatchObject({ status: exit });
  });

  it('is told in its own words', () => {
    expect(problemOf(422, { title: 'Refused', detail: 'It is held.' }).message).toBe('It is held.');
    expect(problemOf(500, { title: 'Error' }).message).toBe('Error');
    expect(problemOf(500, 'x').message).toBe('HTTP 500');
  });
});
