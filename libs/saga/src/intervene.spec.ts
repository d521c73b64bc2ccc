import { describe, expect, it } from '@jest/globals';
import type { Step } from './definition.js';
import { carryOn } from './reactions.js';
import {
  BY_HAND,
  forgiving,
  money,
  recallable,
  SagaRun,
  sample,
  skippable,
} from './spec/saga-run.js';
import { COMMAND_VALIDITY_MS } from './timing.js';

const DAY_MS = 86_400_000;
const dead = { outcome: 'dead', name: 'dead', reason: { code: 'bug', message: 'broke' } } as const;

describe('a step that is retried by hand', () => {
  it('is sent once more at once, and whoever did it is in the history', () => {
    const run = new SagaRun().start().retry('reserve');
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:reserve', resend: 1 });
    expect(run.last?.history).toMatchObject({
      ...{ kind: 'intervene', actor: 'kim', step: 'reserve', reason: { code: 'by-hand' } },
      detail: { intervention: { action: 'retry', step: 'reserve' } },
    });
    expect(run.state('reserve')).toBe('sent');
  });

  it('is waited for anew', () => {
    const run = new SagaRun().start();
    run.now += 5_000;
    expect(run.retry('reserve').instance.wakeAt).toBe(run.now + 20_000);
  });

  it('stays the command it is, also when it is pending and had been mended', () => {
    const run = new SagaRun(forgiving).start().refuse('charge').mend('charge', { id: 'better' });
    run.reply('charge', { name: 'pending', outcome: 'pending' }).retry('charge');
    expect(run.instance.steps['charge']?.command).toMatchObject({
      ...{ commandId: 'saga-1:charge:2', round: 2, attempts: 2 },
    });
    run.replyTo('saga-1:charge', { effects: [money(1, 0, 1)] });
    expect(run.note).toBe("late succeeded recorded for 'charge'");
  });

  it('stays pending by its own deadline', () => {
    const run = new SagaRun().start().reply('reserve', { name: 'pending', outcome: 'pending' });
    const { wakeAt } = run.instance;
    run.now += 5_000;
    expect(run.retry('reserve').sentNames).toEqual(['reserve']);
    expect(run.state('reserve')).toBe('pending');
    expect(run.instance.wakeAt).toBe(wakeAt);
    expect(run.last?.history.changes).toBeUndefined();
    expect(run.reply('reserve').state('reserve')).toBe('done');
  });

  it('is tried anew where it was refused and waits for a better input', () => {
    const run = new SagaRun(forgiving).start().refuse('charge').retry('charge');
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:charge:2', resend: 0 });
    expect(run.state('charge')).toBe('sent');
  });

  it('has a pivot that is being cancelled called back again', () => {
    const run = new SagaRun(recallable).start().reply('reserve').cancel();
    expect(run.retry('ship').sentNames).toEqual(['ship', 'recall']);
  });

  it('is undone once more, as a new command where the first may be forgotten', () => {
    const run = new SagaRun().at('charge').refuse('charge').retry('reserve');
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:reserve:undo', resend: 1 });
    run.undone('reserve', { outcome: 'refused', name: 'no' }).retry('reserve');
    expect(run.instance.steps['reserve']?.undo).toMatchObject({ state: 'failed', attempts: 3 });
    expect(run.instance.attention).toBeDefined();
    run.now += 10 * DAY_MS;
    expect(run.retry('reserve').sent[0]?.commandId).toBe('saga-1:reserve:undo-2');
  });

  it.each([
    ['nosuch', 'there is no step', () => new SagaRun().start()],
    ['charge', 'waiting: no answer', () => new SagaRun().start()],
    ['reserve', 'done: no answer', () => new SagaRun().at('charge')],
    ['reserve', 'it is held', () => new SagaRun().start().hold()],
    ['charge', 'its saga is undone', () => new SagaRun().at('charge').refuse('charge')],
    ['secure', "together with 'reserve'", () => new SagaRun().at('ship').refuse('ship')],
    ['secure', 'refused: no answer', () => new SagaRun(forgiving).start().refuse('secure')],
  ])('is not sent: %s, %s', (step, why, make) => {
    const run = make().retry(step);
    expect(run.note).toContain('retry refused: ');
    expect(run.note).toContain(why);
    expect(run.sent).toEqual([]);
  });

  it('is not sent where its participant may have forgotten it', () => {
    const run = new SagaRun().at('ship').hold();
    run.now += 9 * DAY_MS;
    expect(run.release().retry('ship').note).toContain('say what came of it');
    expect(run.sent).toEqual([]);
  });
});

describe('a step that is skipped by hand', () => {
  it('is gone on without, before its turn', () => {
    const run = new SagaRun(skippable).start().refuse('wrap').skip('notify');
    expect(run.state('notify')).toBe('skipped');
    expect(run.skip('wrap').sent[0]).toMatchObject({ payload: { id: 'order-1/none' } });
    run.reply('charge').reply('ship');
    expect(run.sent[0]).toMatchObject({ step: 'confirm', payload: { id: 'order-1/none' } });
    expect(run.reply('confirm').instance).toMatchObject({ state: 'completed', wakeAt: null });
  });

  it('is gone on without after the pivot, also while it is out, and its late answer is recorded', () => {
    const run = new SagaRun(skippable).start().reply('wrap').reply('charge').reply('ship');
    run.reply('notify', dead);
    expect(run.instance.attention?.step).toBe('notify');
    expect(run.skip('notify').sentNames).toEqual(['confirm']);
    expect(run.instance.attention).toBeUndefined();
    expect(run.reply('notify').state('notify')).toBe('skipped');
  });

  it.each([
    ['ship', "what comes after 'ship' relies on it", () => new SagaRun(skippable).start()],
    ['wrap', 'it may happen yet', () => new SagaRun(skippable).start()],
    ['wrap', "'wrap' is done", () => new SagaRun(skippable).start().reply('wrap')],
    ['notify', 'it is being undone', () => new SagaRun(skippable).start().reply('wrap').cancel()],
  ])('is not skipped: %s, %s', (step, why, make) => {
    const run = make();
    const before = run.instance.steps;
    expect(run.skip(step).note).toContain(why);
    expect(run.instance.steps).toEqual(before);
  });
});

describe('a step that is skipped before its turn', () => {
  it('does not keep the saga from being cancelled', () => {
    const run = new SagaRun(skippable).start().skip('notify').cancel();
    expect(run.instance.state).toBe('compensating');
    expect(run.sentNames).toEqual(['cancel']);
  });
});

describe('a step that the saga went on without', () => {
  it('is not skipped as well', () => {
    const change = (step: Step): Step =>
      step.name === 'wrap' ? { ...step, on: { refused: carryOn } } : step;
    const groups = skippable.groups.map((group) => group.map(change));
    const run = new SagaRun({ ...skippable, groups }).start().refuse('wrap');
    expect(run.skip('wrap').note).toBe("skip refused: 'wrap' is refused");
    expect(run.state('wrap')).toBe('refused');
  });
});

describe('a step that stays silent, and of which a person says what came', () => {
  it('happened: the saga goes on with what it would have answered', () => {
    const run = new SagaRun().at('ship');
    run.happened('ship', { result: { number: 8 }, effects: [{ ...money(5, 5, 1), id: 'parcel' }] });
    expect(run.sent[0]).toMatchObject({ payload: { id: 'order-1/8' } });
    expect(run.instance.ledger['parcel']).toMatchObject({ taken: 5, returned: 5, step: 'ship' });
    expect(run.reply('ship', { result: { number: 9 } }).note).toContain('recorded');
    expect(new SagaRun().start().happened('reserve').sentNames).toEqual(['charge']);
    expect(new SagaRun().start().happened('reserve').instance.ledger).toEqual({});
  });

  it('happened: what the answer leads to is done as if it had come', () => {
    const run = new SagaRun(forgiving).start();
    run.happened('reserve', { result: { number: 8 } });
    expect(run.instance.input).toMatchObject({ id: 'order-1+8' });
    const other = new SagaRun(forgiving).start();
    // No answer of the step could have said this, so that it leads to nothing else.
    other.happened('reserve', { result: { number: 'eight' } });
    expect(other.state('reserve')).toBe('done');
    expect(other.instance.input).toMatchObject({ id: 'order-1' });
  });

  it.each([
    ['takes its time', 'pending'],
    ['is tried by its participant', 'parked'],
  ] as const)('did not: it may still while a pivot %s, however long ago', (_, outcome) => {
    const run = new SagaRun().at('ship').reply('ship', { outcome, name: outcome });
    run.now += 2 * COMMAND_VALIDITY_MS;
    expect(run.never('ship').note).toContain('may be carried out yet');
  });

  it('did not: a compensable step is undone all the same, so that it never will', () => {
    const run = new SagaRun().at('charge').never('charge');
    expect(run.instance).toMatchObject({ state: 'compensating', cause: BY_HAND.reason });
    expect(run.sentNames).toEqual(['refund']);
  });

  it('did not: a pivot turns the saga around only once nobody can carry it out', () => {
    const run = new SagaRun().at('ship').never('ship');
    expect(run.note).toContain('may be carried out yet');
    expect(run.reply('ship', dead).never('ship').instance.steps['ship']).toMatchObject({
      ...{ state: 'refused', refusal: { name: '', reason: BY_HAND.reason } },
    });
    expect(run.sentNames).toEqual(['refund']);
    const old = new SagaRun().at('ship').hold();
    old.now += COMMAND_VALIDITY_MS;
    expect(old.never('ship').note).toContain('may be carried out yet');
    old.now += 1;
    expect(old.never('ship').instance.state).toBe('compensating');
  });

  it.each(['parked', 'pending'] as const)('may be carried out again once it is %s', (outcome) => {
    const run = new SagaRun().at('ship').reply('ship', dead);
    expect(run.instance.steps['ship']?.command?.dead).toBe(true);
    run.reply('ship', { outcome, name: outcome });
    expect(run.never('ship').note).toContain('may be carried out yet');
  });

  it('did not, and was to be cancelled: it is undone for that', () => {
    const run = new SagaRun(recallable).start().reply('reserve').cancel().reply('ship', dead);
    expect(run.never('ship').instance.cause?.code).toBe('customer');
  });

  it('is undone by hand: all that it took is back, until its participant says otherwise', () => {
    const run = new SagaRun().at('secure').refuse('secure').happened('charge');
    expect(run.instance.ledger['payment:order-1']).toMatchObject({
      ...{ taken: 500, returned: 500, returnedBy: 'kim' },
    });
    expect(run.sentNames).toEqual(['release']);
    run.report(money(500, 0, 2));
    expect(run.sent[0]?.commandId).toBe('saga-1:charge:undo-2');
    expect(run.instance.ledger['payment:order-1']).not.toHaveProperty('returnedBy');
    run.undone('charge', { effects: [money(500, 500, 3)] }).happened('reserve');
    expect(run.undone('create').instance.state).toBe('compensated');
  });

  it('is undone by hand with what it covers, and with nothing else', () => {
    const run = new SagaRun().at('secure');
    run.reply('secure', { effects: [{ ...money(3, 0, 1), id: 'stock' }] });
    run.refuse('ship').undone('charge', dead).happened('reserve');
    expect(run.instance.ledger).toMatchObject({
      stock: { taken: 3, returned: 3, returnedBy: 'kim' },
      'payment:order-1': { taken: 500, returned: 0 },
    });
    expect(run.state('secure')).toBe('undone');
  });

  it.each([
    ['charge', 'nobody doubts', () => turnedWhileHeld().happened('charge')],
    ['reserve', 'nobody doubts', () => new SagaRun().at('charge').happened('reserve')],
    ['charge', 'nobody doubts', () => new SagaRun().start().happened('charge')],
    ['charge', 'nobody doubts', () => new SagaRun().at('charge').refuse('charge').never('charge')],
    ['reserve', 'goes on until', () => new SagaRun().at('charge').cancel().never('charge')],
    ['secure', 'together with', () => new SagaRun().at('ship').refuse('ship').happened('secure')],
    ['notify', 'has to happen', () => shipped().never('notify')],
    ['reserve', 'right in either case', () => inDoubt().never('reserve')],
  ])('is not believed: %s, %s', (_step, why, make) => {
    const run = make();
    expect(run.note).toContain(why);
    expect(run.sent).toEqual([]);
  });

  const shipped = () => new SagaRun().at('confirm');
  /** Its compensation has yet to be sent. */
  const turnedWhileHeld = () => new SagaRun().at('charge').hold().cancel();
  const inDoubt = () => {
    const run = new SagaRun().start().hold();
    return run.reply('reserve', dead);
  };
});

describe('a saga that is turned around by hand', () => {
  it('is undone for the reason given', () => {
    const run = new SagaRun().at('charge').intervene({ action: 'compensate' });
    expect(run.instance).toMatchObject({ state: 'compensating', cause: BY_HAND.reason });
    expect(run.sentNames).toEqual(['refund']);
  });

  it.each([
    ["'ship' is out: cancel it", () => new SagaRun().at('ship')],
    ['the pivot is done', () => new SagaRun().at('confirm')],
    ['it is being undone already', () => new SagaRun().at('charge').cancel()],
    ['it has not started yet', () => new SagaRun()],
    ['already undone', () => new SagaRun().start().refuse('reserve').undone('create')],
  ])('is not: %s', (why, make) => {
    expect(make().intervene({ action: 'compensate' }).note).toContain(why);
  });
});

describe('attention', () => {
  const called = () =>
    new SagaRun(sample).at('confirm').reply('confirm', dead).reply('notify', dead);

  it('is cleared of one step, or of all', () => {
    const run = called().intervene({ action: 'clear-attention', step: 'confirm' });
    expect(run.instance).toMatchObject({ attention: { step: 'notify' } });
    expect(run.instance.alsoAttention).toBeUndefined();
    expect(called().intervene({ action: 'clear-attention' }).instance.attention).toBeUndefined();
  });

  it('is not cleared where nothing else would bring the saga to an end', () => {
    const run = stray().intervene({ action: 'clear-attention' });
    expect(run.note).toContain('it would be forgotten');
    expect(run.instance.attention?.code).toBe('ledger-open');
  });

  it('cannot be cleared where nobody is called for', () => {
    expect(new SagaRun().start().intervene({ action: 'clear-attention' }).note).toContain('nobody');
    const other = called().intervene({ action: 'clear-attention', step: 'ship' });
    expect(other.note).toContain('nobody');
    expect(other.instance.attention).toBeDefined();
  });
});

/** All is undone, and then something is out that no step is known to have taken. */
const stray = () => {
  const run = new SagaRun().start().refuse('reserve').undone('create');
  return run.report({ ...money(7, 0, 1), id: 'stray' });
};

describe('an effect that nobody will bring back', () => {
  const settle = (run: SagaRun, effect: string) =>
    run.intervene({ action: 'settle-effect', effect });

  it('is settled by hand, and the saga ends', () => {
    const run = settle(stray(), 'stray');
    expect(run.instance).toMatchObject({
      state: 'compensated',
      ledger: { stray: { taken: 7, returned: 7, returnedBy: 'kim' } },
    });
    expect(run.instance.attention).toBeUndefined();
  });

  it('is one of several: the saga ends with the last', () => {
    const run = stray().report({ ...money(9, 0, 1), id: 'other' });
    expect(settle(run, 'stray').instance).toMatchObject({
      state: 'compensating',
      attention: { code: 'ledger-open' },
    });
    expect(settle(run, 'other').instance.state).toBe('compensated');
  });

  it('is one of several that no step took: a person is still called for the other', () => {
    const run = new SagaRun().at('charge');
    run.report({ ...money(7, 0, 1), id: 'one' }, { ...money(9, 0, 1), id: 'other' });
    run.refuse('charge');
    expect(settle(run, 'one').instance.attention).toMatchObject({
      step: '?',
      message: '9 JPY of other is out, of no step',
    });
  });

  it('calls for nobody any more, though the saga is still being undone', () => {
    const run = new SagaRun().at('secure').refuse('secure');
    run.undone('charge').undone('charge').undone('charge');
    expect(run.instance.attention).toMatchObject({ step: 'charge', code: 'ledger-open' });
    expect(settle(run, 'payment:order-1').instance).toMatchObject({ state: 'compensating' });
    expect(run.instance).not.toHaveProperty('attention');
  });

  it.each([
    ['refused', 'charge', () => new SagaRun().at('charge').refuse('charge')],
    ['skipped', 'wrap', () => new SagaRun(skippable).start().refuse('wrap').skip('wrap').cancel()],
  ])('is settled where its step was %s', (state, step, make) => {
    const run = make().hold();
    const report = { kind: 'report', messageId: 'r', commandId: `saga-1:${step}` } as const;
    run.apply({ ...report, effects: [money(5, 0, 1)] });
    expect(run.state(step)).toBe(state);
    settle(run, 'payment:order-1');
    expect(run.instance.ledger['payment:order-1']).toMatchObject({ returned: 5, step });
  });

  it.each([
    ['nosuch', 'there is no effect', () => stray()],
    ['payment:order-1', 'the effect is wanted', () => new SagaRun().at('secure')],
    ['payment:order-1', 'brings it back', () => new SagaRun().at('secure').refuse('secure')],
    ['stray', "nothing of 'stray' is out", () => settle(stray(), 'stray').report(money(1, 0, 1))],
  ])('is not settled: %s, %s', (effect, why, make) => {
    expect(settle(make(), effect).note).toContain(why);
  });
});

describe('asked before it is done', () => {
  const { reason, actor } = BY_HAND;
  const cancel = { kind: 'cancel', reason, actor } as const;

  it('says why an intervention would be refused, and changes nothing', () => {
    const run = new SagaRun().at('ship');
    expect(run.objection({ ...BY_HAND, intervention: { action: 'compensate' } })).toContain('out');
    expect(
      run.objection({ ...BY_HAND, intervention: { action: 'retry', step: 'ship' } }),
    ).toBeUndefined();
    expect(run.history).toHaveLength(4);
  });

  it('knows what becomes of a cancel', () => {
    expect(new SagaRun().objection(cancel)).toBeUndefined();
    expect(new SagaRun().cancel().objection(cancel)).toBeUndefined();
    expect(new SagaRun().at('charge').objection(cancel)).toBeUndefined();
    expect(new SagaRun().at('ship').objection(cancel)).toBeUndefined();
    expect(new SagaRun().at('ship').cancel().objection(cancel)).toContain('already');
    expect(new SagaRun().at('confirm').objection(cancel)).toBe('the pivot is done');
    expect(new SagaRun().at('charge').cancel().objection(cancel)).toContain('being undone');
  });

  it('knows what is held, and what can be moved', () => {
    const run = new SagaRun().start();
    expect(run.objection({ kind: 'hold', reason })).toBeUndefined();
    expect(run.objection({ kind: 'release', reason })).toBe('it is not held');
    run.hold();
    expect(run.objection({ kind: 'hold', reason })).toBe('it is held already');
    expect(run.objection({ kind: 'release', reason })).toBeUndefined();
    const to = { ...sample, version: 2 };
    expect(run.objection({ kind: 'move', to, reason })).toBeUndefined();
    const other = { ...recallable, version: 3 };
    expect(run.objection({ kind: 'move', to: other, reason })).toContain('needs-mapping: ');
    const none = { ...recallable, version: 3, groups: [] };
    expect(run.objection({ kind: 'move', to: none, reason })).toBe(
      "needs-mapping: 'create' is done and exists no more: renamed, dropped?; " +
        "'reserve' is sent and exists no more: renamed, dropped?",
    );
  });
});
