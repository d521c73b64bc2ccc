import { describe, expect, it } from '@jest/globals';
import {
  allowance,
  bulkDecisions,
  bulkStates,
  JUDGED,
  roomFor,
  rule,
  tooManyErrors,
  type BulkDecision,
  type BulkState,
} from './bulk-action.js';

const standing = (state: BulkState, more = {}) => ({
  ...{ state, madeBy: 'kim', needsApproval: true, approvedBy: null, ...more },
});

describe('a decision about a bulk action', () => {
  /** All that are allowed; every other pair of the two lists is refused. */
  const ALLOWED: Readonly<Partial<Record<`${BulkState} ${BulkDecision}`, BulkState>>> = {
    'draft start': 'awaiting-approval',
    'awaiting-approval approve': 'running',
    'running pause': 'paused',
    'paused resume': 'running',
    'stopped resume': 'running',
    'draft cancel': 'cancelled',
    'awaiting-approval cancel': 'cancelled',
    'running cancel': 'cancelled',
    'paused cancel': 'cancelled',
    'stopped cancel': 'cancelled',
  };
  const pairs = bulkStates.flatMap((state) =>
    bulkDecisions.map((decision) => [state, decision] as const),
  );
  it.each(pairs)('of a %s one: %s', (state, decision) => {
    const to = ALLOWED[`${state} ${decision}`];
    const ruling = rule(standing(state), decision, 'ada');
    if (to !== undefined) expect(ruling).toEqual({ state: to });
    else expect(ruling).toEqual({ why: expect.stringContaining(`it is ${state}, and only`) });
  });

  it('starts a small one at once', () => {
    expect(rule(standing('draft', { needsApproval: false }), 'start', 'kim')).toEqual({
      state: 'running',
    });
  });

  it('cannot approve what oneself has made', () => {
    expect(rule(standing('awaiting-approval'), 'approve', 'kim')).toEqual({
      why: 'kim has made it; a second person must approve it',
    });
  });
});

describe('errors', () => {
  const lately = { tried: 20, refused: 0, failedAgain: 0, unanswered: 0 };

  it('stop it above the percentage, both kinds together', () => {
    expect(tooManyErrors({ ...lately, refused: 1, failedAgain: 1 }, 10)).toBeUndefined();
    expect(tooManyErrors({ ...lately, refused: 1, failedAgain: 2 }, 10)).toBe(
      '3 of the 20 tried last went wrong (2 need a person again, 1 were refused), more than 10 %',
    );
    expect(tooManyErrors({ ...lately, failedAgain: 1 }, 0)).toBeDefined();
    expect(tooManyErrors({ ...lately, failedAgain: 20 }, 100)).toBeUndefined();
  });

  it('say nothing while few were tried', () => {
    expect(tooManyErrors({ ...lately, tried: 19, failedAgain: 19 }, 0)).toBeUndefined();
  });
});

describe('the pace', () => {
  it('allows what has passed since, up to a second', () => {
    expect(allowance(100, 50)).toBe(5);
    expect(allowance(19, 50)).toBe(0);
    expect(allowance(60_000, 50)).toBe(50);
    expect(allowance(-500, 50)).toBe(0);
    expect(allowance(999, 1)).toBe(0);
    expect(allowance(1_000, 1)).toBe(1);
  });

  it('waits for a participant that does not answer', () => {
    const lately = { tried: 0, refused: 0, failedAgain: 0, unanswered: 0 };
    expect(roomFor(lately, 1)).toBe(20);
    expect(roomFor({ ...lately, unanswered: 15 }, 1)).toBe(5);
    expect(roomFor({ ...lately, unanswered: 500 }, 50)).toBe(0);
    expect(roomFor(lately, 50)).toBe(200);
    // as many as are looked at
    expect(roomFor(lately, 1_000)).toBe(JUDGED);
    expect(roomFor({ ...lately, unanswered: JUDGED }, 1_000)).toBe(0);
  });
});
