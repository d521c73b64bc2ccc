/** Answers that do not come, or not for long. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { money, recallable, SagaRun } from './spec/saga-run.js';

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun();
});

describe('silence', () => {
  it('sends the same command again with backoff, never early', () => {
    run.start();
    const first = run.instance.wakeAt ?? 0;
    expect(first - run.now).toBe(10_000);
    run.now = first - 1;
    run.fire();
    expect(run.sent).toEqual([]);
    run.silence();
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:reserve', resend: 1 });
    expect((run.instance.wakeAt ?? 0) - run.now).toBe(20_000);
  });

  it('to the end puts a compensable step in doubt and undoes it too', () => {
    run.at('charge').silenceUntil(() => run.instance.state === 'compensating');
    expect(run.instance.steps['charge']?.command?.attempts).toBe(5);
    expect(run.instance.cause).toEqual({
      code: 'no-answer',
      message: "'charge' stayed silent after 5 sendings",
    });
    expect(run.last?.history.changes).toContainEqual({ step: 'charge', to: 'in-doubt' });
    expect(run.sentNames).toEqual(['refund']);
    run.undone('charge').undone('reserve').undone('create');
    expect(run.instance.state).toBe('compensated');
  });

  it('of the pivot raises attention and goes on asking; a late answer completes', () => {
    run.at('ship').silenceUntil(() => run.instance.attention !== undefined);
    expect(run.instance).toMatchObject({ state: 'running', attention: { step: 'ship' } });
    expect(run.silence().sentNames).toEqual(['ship']);
    run.reply('ship', { result: { number: 1 } });
    expect(run.instance.attention).toBeUndefined();
    expect(run.reply('confirm').reply('notify').instance.state).toBe('completed');
  });

  it('during an outage of the broker is not held against the participant', () => {
    run.at('charge');
    for (let i = 0; i < 20; i += 1) run.silence(Number.POSITIVE_INFINITY);
    expect(run.instance.steps['charge']?.command?.attempts).toBe(1);
    const publishedAt = run.now + 3_000;
    run.silence(publishedAt);
    expect(run.sent).toEqual([]);
    expect(run.note).toContain('published late');
    // Once it has been published, only real silence counts.
    expect(run.silence(publishedAt).sentNames).toEqual(['charge']);
  });

  it('of a compensation is broken again and again, with attention', () => {
    run.at('charge').refuse('charge');
    expect(run.silence().sent[0]).toMatchObject({ commandId: 'saga-1:reserve:undo', resend: 1 });
    run.silenceUntil(() => run.instance.attention !== undefined);
    expect(run.instance).toMatchObject({ state: 'compensating', attention: { step: 'reserve' } });
    run.undone('reserve');
    expect(run.instance.attention).toBeUndefined();
    expect(run.undone('create').instance.state).toBe('compensated');
  });

  it('during the compensation of an outage only restarts its clock', () => {
    run.at('charge').refuse('charge').silence(Number.POSITIVE_INFINITY);
    expect(run.instance.steps['reserve']?.undo?.attempts).toBe(1);
  });
});

describe('pending', () => {
  const pending = { name: 'saga.command-pending', outcome: 'pending' } as const;

  it('waits for days, and a final reply absorbs a late pending', () => {
    run.at('charge').reply('charge', pending);
    expect(run.state('charge')).toBe('pending');
    expect((run.instance.wakeAt ?? 0) - run.now).toBe(7 * 86_400_000);
    expect(run.reply('charge', pending).note).toContain('already pending');
    run.reply('charge').reply('charge', pending);
    expect(run.state('charge')).toBe('done');
  });

  it('past its deadline is in doubt and undone', () => {
    run.at('charge').reply('charge', pending).silence();
    expect(run.instance.cause?.code).toBe('pending-too-long');
    expect(run.sentNames).toEqual(['refund']);
  });

  it('past its deadline is not asked for once more without anybody, though tries are left', () => {
    run = new SagaRun(recallable).start().reply('reserve').reply('ship', pending).silence();
    expect(run.instance.attention).toMatchObject({ step: 'ship', code: 'pending-too-long' });
    expect(run.sentNames).toEqual(['ship']);
  });

  it('compensations hold back the earlier ones until they are final', () => {
    run.at('ship').refuse('ship').undone('charge', pending);
    expect(run.sent).toEqual([]);
    expect((run.instance.wakeAt ?? 0) - run.now).toBe(7 * 86_400_000);
    expect(run.undone('charge', { effects: [money(500, 500, 2)] }).sentNames).toEqual(['release']);
  });
});

describe('a command that is a week old', () => {
  const WEEK_MS = 7 * 86_400_000;
  const dueNow = () => run.fire();

  it('is not sent again behind the pivot: its participant may have forgotten it', () => {
    run.at('ship').reply('ship', { outcome: 'pending', name: 'pending' });
    run.now += WEEK_MS;
    dueNow();
    expect(run.sent).toEqual([]);
    expect(run.note).toContain('is not sent again');
    expect(run.instance).toMatchObject({ wakeAt: null, attention: { code: 'pending-too-long' } });
    expect(run.reply('ship', { result: { number: 7 } }).instance).not.toHaveProperty('attention');
    expect(run.state('ship')).toBe('done');
  });

  it('holds the saga up although no timer waits for it, and what calls for a person stays', () => {
    run.at('confirm');
    run.now += WEEK_MS;
    dueNow();
    expect(run.instance.wakeAt).toBeNull();
    const clear = (step: string) => run.intervene({ action: 'clear-attention', step }).instance;
    expect(run.instance.alsoAttention).toMatchObject([{ step: 'confirm', code: 'no-answer' }]);
    expect(clear('confirm')).not.toHaveProperty('alsoAttention');
    expect(clear('notify').attention).toMatchObject({ step: 'notify' });
    expect(run.reply('notify').instance.state).toBe('running');
    expect(run.reply('confirm').instance.state).toBe('completed');
  });

  it('is in doubt before it, whatever attempts are left', () => {
    run.at('charge');
    run.now += WEEK_MS;
    dueNow();
    expect(run.state('charge')).toBe('undoing');
    expect(run.sentNames).toEqual(['refund']);
  });

  it('is undone by a new command when its compensation stays silent as long', () => {
    run.at('charge').refuse('charge');
    run.now += WEEK_MS;
    dueNow();
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:reserve:undo-2', resend: 0 });
    expect(run.undone('reserve').sentNames).toEqual(['cancel']);
  });
});
