/** A pivot that is out, and is called back: in time or too late, its own answer says which. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Step } from './definition.js';
import { notify, recallable, SagaRun } from './spec/saga-run.js';

const DAY_MS = 86_400_000;
const payload = () => ({ id: 'x' });

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun(recallable).start().reply('reserve');
});

const pending = () => run.reply('ship', { name: 'saga.command-pending', outcome: 'pending' });

describe('a cancel while the pivot is out', () => {
  it.each([
    ['sent', () => run],
    ['pending', pending],
  ])('and %s asks to give it up, and names what it calls back', (state, reach) => {
    reach().cancel();
    expect(run.state('ship')).toBe(state);
    expect(run.sent).toMatchObject([
      {
        commandId: 'saga-1:ship:recall',
        payload: { id: 'order-1 customer' },
        undoes: { commandId: 'saga-1:ship', issuedOn: '2026-11-21' },
        resend: 0,
      },
    ]);
    expect(run.note).toBe('cancel waits for the answer of the pivot');
  });

  it('sets no timer of its own', () => {
    const { wakeAt } = run.instance;
    expect(run.cancel().instance.wakeAt).toBe(wakeAt);
  });

  it('undoes for the reason of the cancel when the pivot is refused, whatever that says', () => {
    run.cancel().refuse('ship');
    expect(run.instance).toMatchObject({ state: 'compensating', cause: { code: 'customer' } });
    expect(run.sentNames).toEqual(['release']);
  });

  it('is refused when the pivot is done', () => {
    run.cancel().reply('ship');
    expect(run.sentNames).toEqual(['notify']);
    expect(run.note).toBe('cancel refused: the pivot is done');
    expect(run.instance.cancel).toBeUndefined();
  });

  it('leaves the reason of a refusal that came first', () => {
    run.refuse('ship').cancel();
    expect(run.instance.cause?.code).toBe('no');
  });
});

describe('a recall', () => {
  it.each(['succeeded', 'dead', 'parked', 'pending'] as const)(
    'that is %s decides nothing',
    (outcome) => {
      pending().cancel();
      const before = run.instance;
      run.replyTo('saga-1:ship:recall', { name: 'done', outcome });
      expect(run.note).toBe(`the recall of 'ship' is ${outcome}: its own answer decides`);
      expect(run.sent).toEqual([]);
      expect(run.instance).toEqual({ ...before, revision: before.revision + 1 });
    },
  );

  it('that nobody asked for is an unknown command', () => {
    run.replyTo('saga-1:ship:recall');
    expect(run.note).toContain('no command saga-1:ship:recall was sent');
  });

  it('goes out again with each cancel', () => {
    run.cancel().cancel();
    expect(run.sent).toMatchObject([{ commandId: 'saga-1:ship:recall', resend: 1 }]);
  });

  it('goes out again with the pivot, for as long as that stays silent', () => {
    run.cancel().silence();
    expect(run.sentNames).toEqual(['ship', 'recall']);
    run.silence().silence().silence().silence();
    expect(run.instance.attention?.code).toBe('no-answer');
    expect(run.sentNames).toEqual(['ship', 'recall']);
  });

  it('is not sent with a pivot that nobody wants back', () => {
    expect(run.silence().sentNames).toEqual(['ship']);
  });

  it('is a new command when its participant may have forgotten the first', () => {
    pending().cancel();
    run.now += 8 * DAY_MS;
    run.cancel();
    expect(run.sent).toMatchObject([
      { commandId: 'saga-1:ship:recall-2', resend: 0, issuedOn: '2026-11-29' },
    ]);
    run.replyTo('saga-1:ship:recall');
    expect(run.note).toContain("the recall of 'ship'");
    run.now += 8 * DAY_MS;
    expect(run.cancel().sent).toMatchObject([{ commandId: 'saga-1:ship:recall-3' }]);
  });

  it('waits while the saga is held, and goes out when it is released', () => {
    pending().hold().cancel();
    expect(run.sent).toEqual([]);
    expect(run.release().sentNames).toEqual(['recall']);
  });

  it('does not go out on release when nobody has cancelled', () => {
    expect(pending().hold().release().sent).toEqual([]);
  });

  it('takes no answers to a step whose name begins like that of the pivot', () => {
    const note: Step = { name: 'ship-note', kind: 'retriable', command: notify, payload };
    run = new SagaRun({ ...recallable, groups: [...recallable.groups.slice(0, 2), [note]] });
    run.start().reply('reserve').cancel().reply('ship').reply('ship-note');
    expect(run.instance.state).toBe('completed');
  });
});
