import { describe, expect, it } from '@jest/globals';
import type { BulkAction, BulkState } from '../api/bulk-types.js';
import type { Role } from '../api/types.js';
import {
  decisionsOf,
  filterBody,
  filterText,
  isMoving,
  needsOf,
  progressText,
  queryOf,
  sagas,
} from './bulk.js';

const bulk = (state: BulkState, more: Partial<BulkAction> = {}): BulkAction => ({
  ...{ bulkActionId: 'b-1', action: 'retry', step: 'hand-over', state, filter: {} },
  ...{ reason: 'away', madeBy: 'kim', madeAt: '', changedAt: '', needsApproval: false },
  ...{ perSecond: 50, maxErrorPercent: 10 },
  preview: { count: 3, refused: [], value: [], steps: [], participants: [] },
  progress: { size: 3, waiting: 1, done: 1, refused: 1, moved: 0 },
  ...more,
});

const decided = (of: BulkAction, owner = 'ada', role: Role = 'approver') =>
  decisionsOf(of, { owner, role }).map(({ label, why }) => (why ? `${label}: ${why}` : label));

describe('what can be decided about a bulk action', () => {
  it.each([
    ['draft', ['Start', 'Cancel it']],
    ['awaiting-approval', ['Approve', 'Cancel it']],
    ['running', ['Pause', 'Cancel it']],
    ['paused', ['Resume', 'Cancel it']],
    ['stopped', ['Resume', 'Cancel it']],
    ['finished', []],
    ['cancelled', []],
  ] as const)('that is %s: %j', (state, labels) => {
    expect(decided(bulk(state))).toEqual(labels);
  });

  it('begins with asking for approval, where it needs it', () => {
    expect(decided(bulk('draft', { needsApproval: true }))[0]).toBe('Ask for approval');
  });

  it('is for approvers other than who has made it, and nothing for readers', () => {
    const waiting = bulk('awaiting-approval');
    expect(decided(waiting, 'kim')[0]).toContain('You have made it');
    expect(decided(waiting, 'lee', 'operator')[0]).toContain('approver’s key');
    for (const one of decided(waiting, 'robin', 'reader')) expect(one).toContain('a reader’s');
  });

  it('is grave where what it does cannot be taken back', () => {
    const isGrave = (action: string) =>
      decisionsOf(bulk('draft', { action }), { owner: 'ada', role: 'operator' })[0]?.isGrave;
    expect([isGrave('retry'), isGrave('compensate')]).toEqual([false, true]);
  });
});

it('is told how far it is, and whether there is something to watch', () => {
  expect(progressText(bulk('running'))).toBe('2 of 3');
  expect([sagas(1), sagas(2)]).toEqual(['1 saga', '2 sagas']);
  const sagasNow = { ended: 1, needPerson: 0, underWay: 1 };
  expect(isMoving(bulk('running'))).toBe(true);
  expect(isMoving(bulk('finished'))).toBe(false);
  expect(isMoving(bulk('finished', { sagasNow }))).toBe(true);
});

it('keeps the search that it was made from, to the body and back to an address', () => {
  const query = new URLSearchParams('customer=c-1&attribute=a:1&attribute=b:2');
  const body = filterBody(query);
  expect(body).toEqual({ customer: 'c-1', attribute: ['a:1', 'b:2'] });
  expect(filterText(body)).toBe('customer: c-1, attribute: a:1, b:2');
  expect(queryOf({ ...body, version: 3 })).toEqual({ ...body, version: '3' });
});

it('asks for what an action cannot do without', () => {
  expect(needsOf('resolve')).toEqual({ step: 'must', outcome: true, version: false });
  expect(needsOf('clear-attention').step).toBe('may');
  expect(needsOf('move')).toEqual({ step: 'no', outcome: false, version: true });
});
