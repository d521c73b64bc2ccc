import { beforeEach, describe, expect, it } from '@jest/globals';
import { DECISION_FAILED, UNKNOWN_STEP } from './instance.js';
import { forgiving, money, SagaRun } from './spec/saga-run.js';

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun().start();
});

describe('a saga that is held', () => {
  it('takes answers in, sends nothing, and lets its timers wait', () => {
    run.hold();
    expect(run.instance).toMatchObject({ held: { code: 'look' }, wakeAt: null });
    expect(run.note).toBe('');
    run.reply('reserve');
    expect(run.state('reserve')).toBe('done');
    expect(run.sent).toEqual([]);
    run.now += 1_000_000;
    run.fire();
    expect(run.note).toContain('it is held');
    expect(run.release().sentNames).toEqual(['charge']);
    expect(run.instance.held).toBeUndefined();
  });

  it('sends again, once released, what stayed unanswered meanwhile', () => {
    const due = run.instance.wakeAt;
    run.hold().release();
    expect(run.sent).toEqual([]);
    expect(run.instance.wakeAt).toBe(due);
    expect(run.silence().sent[0]).toMatchObject({ commandId: 'saga-1:reserve', resend: 1 });
  });

  it('turns around by a refusal or a cancel, and undoes when it is released', () => {
    run.reply('reserve').hold().refuse('charge');
    expect(run.instance.state).toBe('compensating');
    expect(run.sent).toEqual([]);
    expect(run.release().sentNames).toEqual(['release']);
    run.hold().undone('reserve');
    expect(run.sent).toEqual([]);
    expect(run.release().sentNames).toEqual(['cancel']);
    expect(run.undone('create').instance.state).toBe('compensated');
  });

  it('undoes what is reported meanwhile when it is released', () => {
    run
      .reply('reserve')
      .reply('charge', { effects: [money(5, 0, 1)] })
      .refuse('secure');
    run.undone('charge', { effects: [money(5, 5, 2)] }).hold();
    run.report(money(9, 5, 3));
    expect(run.sent).toEqual([]);
    expect(run.release().sent[0]?.commandId).toBe('saga-1:charge:undo-2');
  });

  it('tries a mended step when it is released', () => {
    run = new SagaRun(forgiving).start().refuse('charge').hold().mend('charge', { id: 'better' });
    expect(run.state('charge')).toBe('waiting');
    expect(run.sent).toEqual([]);
    expect(run.release().sent[0]).toMatchObject({
      commandId: 'saga-1:charge:2',
      payload: { id: 'better' },
    });
  });

  it('may be held twice, and is released once', () => {
    run.hold().hold();
    expect(run.note).toContain('held already');
    run.release().release();
    expect(run.note).toContain('it is not held');
  });

  it('cannot be held before its start or after its end', () => {
    expect(new SagaRun().hold().note).toContain('nothing was sent yet');
    run.refuse('reserve').undone('create').hold();
    expect(run.note).toContain('already undone');
    expect(run.instance.held).toBeUndefined();
  });

  it('calls a person when it cannot be decided, until it is released', () => {
    const reason = { code: DECISION_FAILED, message: 'what is due cannot be decided: no items' };
    run.apply({ kind: 'hold', messageId: 'tick-1', reason });
    expect(run.instance).toMatchObject({
      held: reason,
      attention: { step: UNKNOWN_STEP, ...reason },
      wakeAt: null,
    });
    expect(run.release().instance.attention).toBeUndefined();
    expect(run.instance.wakeAt).not.toBeNull();
  });
});
