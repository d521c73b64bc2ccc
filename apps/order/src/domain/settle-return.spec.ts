import { describe, expect, it } from '@jest/globals';
import type { OrderStatus, ReturnStatus } from '#contracts';
import { settleReturn, type ReturnCommand, type ReturnState } from './settle-return.js';

const returnId = 'r-1';
const reason = { code: 'lost', message: 'The goods never arrived.' };
const state = (status: ReturnStatus, orderStatus: OrderStatus = 'completed'): ReturnState => ({
  returnId,
  orderId: 'o-1',
  status,
  revision: 4,
  orderStatus,
});
const commands = {
  approve: { kind: 'approve', returnId },
  receive: { kind: 'receive', returnId },
  complete: { kind: 'complete', returnId },
  reject: { kind: 'reject', returnId, reason },
} as const satisfies Record<string, ReturnCommand>;

const after = (status: ReturnStatus, command: ReturnCommand): string => {
  const before = state(status);
  try {
    const verdict = settleReturn(before, command);
    if (verdict.kind === 'refused') return verdict.code;
    return verdict.after === before ? 'unchanged' : (verdict.after?.status ?? 'nothing');
  } catch {
    return 'throws';
  }
};

describe('what a command makes of a return', () => {
  it.each<[ReturnStatus, string, string, string, string]>([
    // status, approve, receive, complete, reject
    ['requested', 'approved', 'received', 'completed', 'rejected'],
    ['approved', 'unchanged', 'received', 'completed', 'rejected'],
    ['received', 'unchanged', 'unchanged', 'completed', 'throws'],
    ['completed', 'unchanged', 'unchanged', 'unchanged', 'throws'],
    ['rejected', 'return_rejected', 'throws', 'throws', 'unchanged'],
  ])('that is %s', (status, ...expected) => {
    const { approve, receive, complete, reject } = commands;
    const found = [approve, receive, complete, reject].map((command) => after(status, command));
    expect(found).toEqual(expected);
  });

  it('of an order that has not left is a refusal', () => {
    for (const status of ['pending', 'confirmed', 'cancelled', 'returned'] as const) {
      const verdict = settleReturn(state('requested', status), commands.approve);
      expect(verdict).toEqual({ kind: 'refused', code: `order_${status}` });
    }
    const shipped = settleReturn(state('requested', 'shipped'), commands.approve);
    expect(shipped).toMatchObject({ kind: 'done', after: { status: 'approved' } });
  });

  it('nobody knows is nothing to reject, and nothing to go on with', () => {
    expect(settleReturn(undefined, commands.reject)).toEqual({ kind: 'done', after: undefined });
    expect(settleReturn(undefined, commands.approve)).toMatchObject({ kind: 'refused' });
    expect(() => settleReturn(undefined, commands.complete)).toThrow('not known');
  });

  it('counts as one change, and a rejection keeps its reason', () => {
    expect(settleReturn(state('approved'), commands.reject)).toEqual({
      kind: 'done',
      after: { ...state('rejected'), reason, revision: 5 },
    });
  });
});
