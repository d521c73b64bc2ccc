/** What undoes a saga before its pivot, and what needs a person behind it. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { money, SagaRun } from './spec/saga-run.js';

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun();
});

describe('refusal', () => {
  it('at the first step undoes only what was done', () => {
    run.at('reserve').refuse('reserve');
    expect(run.instance).toMatchObject({ state: 'compensating', cause: { code: 'no' } });
    expect(run.sentNames).toEqual(['cancel']);
    expect(run.sent[0]?.undoes).toBeUndefined();
    expect(run.undone('create').instance.state).toBe('compensated');
    expect(run.state('charge')).toBe('skipped');
  });

  it('at the pivot undoes everything in reverse order, covered steps with their cover', () => {
    run.at('ship').refuse('ship');
    expect(run.sentNames).toEqual(['refund']);
    expect(run.sent[0]).toMatchObject({
      commandId: 'saga-1:charge:undo',
      undoes: { commandId: 'saga-1:charge', issuedOn: '2026-11-21' },
    });
    expect(run.state('secure')).toBe('undoing');
    expect(run.undone('charge', { effects: [money(500, 500, 2)] }).sentNames).toEqual(['release']);
    expect(run.undone('reserve').sentNames).toEqual(['cancel']);
    expect(run.state('secure')).toBe('undone');
    expect(run.undone('create').instance).toMatchObject({ state: 'compensated', wakeAt: null });
  });

  it('without a reason is explained by the reply itself', () => {
    run.at('charge').reply('charge', { name: 'declined', outcome: 'refused' });
    expect(run.instance.cause).toEqual({ code: 'declined', message: 'answered declined' });
  });

  it('of a retriable step needs a person and keeps being tried', () => {
    run.at('confirm').refuse('confirm');
    const error = { code: 'no', message: 'confirm said no' };
    expect(run.instance).toMatchObject({
      attention: { ...error, step: 'confirm', message: expect.stringContaining(error.message) },
      steps: { confirm: { state: 'sent', command: { error, dueAt: run.now + 60_000 } } },
    });
    expect(run.instance.state).toBe('running');
    expect(run.silence().sentNames).toContain('notify');
    run.reply('notify').silenceUntil(() => run.sentNames.includes('confirm'));
    expect(run.reply('confirm').instance.state).toBe('completed');
    expect(run.instance.attention).toBeUndefined();
  });
});

describe('parked and dead', () => {
  it('changes nothing of the deadline of what is pending', () => {
    run.at('charge').reply('charge', { outcome: 'pending', name: 'pending' });
    const deadline = run.instance.wakeAt;
    run.reply('charge', { outcome: 'parked', name: 'parked' });
    expect(run.state('charge')).toBe('pending');
    expect(run.instance.wakeAt).toBe(deadline);
    run.cancel().undone('charge', { outcome: 'pending', name: 'pending' });
    const other = run.instance.wakeAt;
    run.undone('charge', { outcome: 'parked', name: 'parked' });
    expect(run.instance.wakeAt).toBe(other);
  });

  const parked = { name: 'saga.command-parked', outcome: 'parked' } as const;
  const dead = { name: 'saga.command-dead', outcome: 'dead' } as const;
  const reason = { code: 'db', message: 'disk full' };

  it('parked sets the clock anew without counting an attempt', () => {
    run.at('charge');
    run.now += 9_000;
    run.reply('charge', { ...parked, reason });
    expect(run.state('charge')).toBe('sent');
    expect(run.instance.steps['charge']?.command).toMatchObject({ attempts: 1, error: reason });
    expect((run.instance.wakeAt ?? 0) - run.now).toBe(10_000);
    expect(run.silence().instance.steps['charge']?.command?.error).toEqual(reason);
  });

  it('a dead compensable step is in doubt and undone', () => {
    run.at('charge').reply('charge', { ...dead, reason });
    expect(run.last?.history.changes).toContainEqual({ step: 'charge', to: 'in-doubt' });
    expect(run.sentNames).toEqual(['refund']);
  });

  it('a dead pivot needs a person, and completes after a redrive', () => {
    run.at('ship').reply('ship', { ...dead, reason });
    expect(run.instance).toMatchObject({
      state: 'running',
      attention: { step: 'ship', code: 'db', message: "'ship' failed for good: disk full" },
      steps: { ship: { state: 'sent', command: { error: reason, dueAt: run.now + 60_000 } } },
    });
    run.reply('ship', { result: { number: 1 } });
    expect(run.note).toBe('');
    expect(run.instance.attention).toBeUndefined();
  });

  it('a compensation that fails for good needs a person; independent ones go on', () => {
    run
      .at('ship')
      .refuse('ship')
      .undone('charge', { ...dead, reason });
    expect(run.instance.attention).toMatchObject({ step: 'charge' });
    expect(run.sentNames).toEqual(['release']);
    run.undone('reserve').undone('create');
    expect(run.instance.state).toBe('compensating');
    // It is still tried, at its longest interval, and stays failed until it succeeds.
    expect(run.silence().sentNames).toEqual(['refund']);
    expect(run.instance.steps['charge']?.undo?.state).toBe('failed');
    run.undone('charge', { effects: [money(500, 500, 2)] });
    expect(run.instance).toMatchObject({ state: 'compensated' });
    expect(run.instance.attention).toBeUndefined();
  });

  it('a refused compensation needs a person too', () => {
    run.at('charge').refuse('charge').undone('reserve', { name: 'no', outcome: 'refused' });
    expect(run.instance.attention).toMatchObject({ step: 'reserve', code: 'no' });
    expect(run.sentNames).toEqual(['cancel']);
  });

  it('a row that contradicts itself is an error, not a guess', () => {
    run.at('charge').instance = { ...run.instance, steps: { charge: { state: 'undoing' } } };
    expect(() => run.reply('reserve').silence()).toThrow('no timer is set');
    run.instance = { ...run.instance, state: 'compensating' };
    delete (run.instance as { cause?: unknown }).cause;
    run.instance = { ...run.instance, steps: { charge: { state: 'done' } } };
    const report = { kind: 'report', messageId: 'r', effects: [] } as const;
    expect(() => run.apply(report)).toThrow("step 'charge' has no cause to be undone for");
    run.instance = { ...run.instance, steps: { ship: { state: 'done' } } };
    expect(() => run.apply(report)).toThrow("step 'ship' has no compensation of its own");
  });

  it('a parked compensation waits with its reason', () => {
    run
      .at('charge')
      .refuse('charge')
      .undone('reserve', { ...parked, reason });
    expect(run.instance.steps['reserve']?.undo).toMatchObject({ state: 'sent', error: reason });
  });
});

describe('attention', () => {
  it('stays up for a step while another one, for which it was raised as well, is answered', () => {
    run.at('confirm').reply('confirm', { outcome: 'dead', name: 'dead' });
    run.reply('notify', { outcome: 'dead', name: 'dead' });
    expect(run.instance.attention?.step).toBe('notify');
    expect(run.instance.alsoAttention).toMatchObject([{ step: 'confirm' }]);
    run.reply('notify', { outcome: 'dead', name: 'dead' });
    expect(run.instance.alsoAttention).toHaveLength(1);
    run.reply('notify');
    expect(run.instance.attention?.step).toBe('confirm');
    expect(run.instance).not.toHaveProperty('alsoAttention');
    expect(run.reply('confirm').instance).not.toHaveProperty('attention');
  });
});
