/** One step after the other, as long as every answer is the one that was hoped for. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { conditional, money, SagaRun } from './spec/saga-run.js';

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun();
});

describe('forward', () => {
  it('does the local step at once and sends one group after the other', () => {
    expect(run.start().sentNames).toEqual(['reserve']);
    expect(run.state('create')).toBe('done');
    expect(run.reply('reserve').sentNames).toEqual(['charge']);
    expect(run.reply('charge').sentNames).toEqual(['secure']);
    expect(run.reply('secure').sentNames).toEqual(['ship']);
    expect(run.reply('ship', { result: { number: 7 } }).sentNames).toEqual(['confirm', 'notify']);
    expect(run.sent[0]?.payload).toEqual({ id: 'order-1/7' });
    expect(run.reply('notify').instance.state).toBe('running');
    expect(run.reply('confirm').instance).toMatchObject({ state: 'completed', wakeAt: null });
  });

  it('skips a step whose condition does not hold when its turn comes', () => {
    run = new SagaRun(conditional).start({ gift: false });
    expect(run.state('reserve')).toBe('skipped');
    expect(run.sent[0]?.payload).toEqual({ id: 'order-1/none' });
    expect(run.reply('charge').reply('ship').sentNames).toEqual(['notify']);
    expect(run.reply('wrap').instance.state).toBe('completed');
    expect(run.state('confirm')).toBe('skipped');

    run = new SagaRun(conditional).start({ gift: true });
    expect(run.reply('reserve', { result: { number: 5 } }).sent[0]?.payload).toEqual({
      id: 'order-1/5',
    });
    expect(run.reply('charge').reply('ship').sentNames).toEqual(['confirm']);
    expect(run.state('wrap')).toBe('skipped');
  });

  it('undoes nothing of a step that was skipped', () => {
    run = new SagaRun(conditional).start({ gift: false });
    run.reply('charge').refuse('ship');
    expect(run.sentNames).toEqual(['refund']);
    expect(run.undone('charge').instance.state).toBe('compensated');
    expect(run.state('reserve')).toBe('skipped');
  });

  it('gives commands ids that follow from the saga, the day of issue and a validity', () => {
    run.start();
    expect(run.sent[0]).toMatchObject({
      commandId: 'saga-1:reserve',
      issuedOn: '2026-11-21',
      notAfter: run.now + 7 * 86_400_000,
      resend: 0,
    });
    expect(run.sent[0]?.undoes).toBeUndefined();
  });

  it('changes nothing on a repeated start or a repeated reply', () => {
    run.at('charge');
    const { steps } = run.instance;
    expect(run.start().sent).toEqual([]);
    expect(run.note).toContain('already started');
    expect(run.reply('reserve').sent).toEqual([]);
    expect(run.note).toContain("step 'reserve' is done");
    expect(run.instance.steps).toEqual(steps);
  });

  it('records a reply that answers no command, and counts none of its effects', () => {
    run.at('charge').replyTo('saga-2:charge', { effects: [money(500, 0, 1)] });
    expect(run.note).toContain('no command saga-2:charge was sent');
    expect(run.instance.ledger).toEqual({});
    run.replyTo('saga-1:ship');
    expect(run.note).toContain('no command saga-1:ship was sent');
    expect(run.state('ship')).toBe('waiting');
  });

  it('writes one history entry a message, with what changed and what was sent', () => {
    run.at('charge');
    expect(run.last?.history).toEqual({
      revision: 2,
      at: run.now,
      kind: 'reply',
      messageId: 'message-2',
      name: 'done',
      outcome: 'succeeded',
      state: 'running',
      changes: [
        { step: 'reserve', to: 'done' },
        { step: 'charge', to: 'sent' },
      ],
      sent: ['saga-1:charge'],
      detail: { commandId: 'saga-1:reserve', jitter: 0 },
    });
  });
});
