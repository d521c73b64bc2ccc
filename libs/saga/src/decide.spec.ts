import { beforeEach, describe, expect, it } from '@jest/globals';
import { conditional, money, pivotless, sample, SagaRun } from './spec/saga-run.js';

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun();
});

/** The saga with everything before `step` done and `step` sent. */
const at = (step: 'reserve' | 'charge' | 'secure' | 'ship' | 'confirm'): SagaRun => {
  run.start();
  if (step === 'reserve') return run;
  run.reply('reserve');
  if (step === 'charge') return run;
  run.reply('charge', { effects: [money(500, 0, 1)] });
  if (step === 'secure') return run;
  run.reply('secure');
  if (step === 'ship') return run;
  return run.reply('ship', { result: { number: 7 } });
};

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
    at('charge');
    const { steps } = run.instance;
    expect(run.start().sent).toEqual([]);
    expect(run.note).toContain('already started');
    expect(run.reply('reserve').sent).toEqual([]);
    expect(run.note).toContain("step 'reserve' is done");
    expect(run.instance.steps).toEqual(steps);
  });

  it('records a reply that answers no command, and counts none of its effects', () => {
    at('charge').replyTo('saga-2:charge', { effects: [money(500, 0, 1)] });
    expect(run.note).toContain('no command saga-2:charge was sent');
    expect(run.instance.ledger).toEqual({});
    run.replyTo('saga-1:ship');
    expect(run.note).toContain('no command saga-1:ship was sent');
    expect(run.state('ship')).toBe('waiting');
  });

  it('writes one history entry a message, with what changed and what was sent', () => {
    at('charge');
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

describe('refusal', () => {
  it('at the first step undoes only what was done', () => {
    at('reserve').refuse('reserve');
    expect(run.instance).toMatchObject({ state: 'compensating', cause: { code: 'no' } });
    expect(run.sentNames).toEqual(['cancel']);
    expect(run.sent[0]?.undoes).toBeUndefined();
    expect(run.undone('create').instance.state).toBe('compensated');
    expect(run.state('charge')).toBe('skipped');
  });

  it('at the pivot undoes everything in reverse order, covered steps with their cover', () => {
    at('ship').refuse('ship');
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
    at('charge').reply('charge', { name: 'declined', outcome: 'refused' });
    expect(run.instance.cause).toEqual({ code: 'declined', message: 'answered declined' });
  });

  it('of a retriable step needs a person and keeps being tried', () => {
    at('confirm').refuse('confirm');
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

describe('silence', () => {
  it('sends the same command again with backoff, never early', () => {
    run.start();
    const first = run.instance.wakeAt ?? 0;
    expect(first - run.now).toBe(10_000);
    run.now = first - 1;
    run.apply({ kind: 'timer', messageId: 't', publishedBy: 0 });
    expect(run.sent).toEqual([]);
    run.silence();
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:reserve', resend: 1 });
    expect((run.instance.wakeAt ?? 0) - run.now).toBe(20_000);
  });

  it('to the end puts a compensable step in doubt and undoes it too', () => {
    at('charge').silenceUntil(() => run.instance.state === 'compensating');
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
    at('ship').silenceUntil(() => run.instance.attention !== undefined);
    expect(run.instance).toMatchObject({ state: 'running', attention: { step: 'ship' } });
    expect(run.silence().sentNames).toEqual(['ship']);
    run.reply('ship', { result: { number: 1 } });
    expect(run.instance.attention).toBeUndefined();
    expect(run.reply('confirm').reply('notify').instance.state).toBe('completed');
  });

  it('during an outage of the broker is not held against the participant', () => {
    at('charge');
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
    at('charge').refuse('charge');
    expect(run.silence().sent[0]).toMatchObject({ commandId: 'saga-1:reserve:undo', resend: 1 });
    run.silenceUntil(() => run.instance.attention !== undefined);
    expect(run.instance).toMatchObject({ state: 'compensating', attention: { step: 'reserve' } });
    run.undone('reserve');
    expect(run.instance.attention).toBeUndefined();
    expect(run.undone('create').instance.state).toBe('compensated');
  });

  it('during the compensation of an outage only restarts its clock', () => {
    at('charge').refuse('charge').silence(Number.POSITIVE_INFINITY);
    expect(run.instance.steps['reserve']?.undo?.attempts).toBe(1);
  });
});

describe('pending', () => {
  const pending = { name: 'saga.command-pending', outcome: 'pending' } as const;

  it('waits for days, and a final reply absorbs a late pending', () => {
    at('charge').reply('charge', pending);
    expect(run.state('charge')).toBe('pending');
    expect((run.instance.wakeAt ?? 0) - run.now).toBe(7 * 86_400_000);
    expect(run.reply('charge', pending).note).toContain('already pending');
    run.reply('charge').reply('charge', pending);
    expect(run.state('charge')).toBe('done');
  });

  it('past its deadline is in doubt and undone', () => {
    at('charge').reply('charge', pending).silence();
    expect(run.instance.cause?.code).toBe('pending-too-long');
    expect(run.sentNames).toEqual(['refund']);
  });

  it('compensations hold back the earlier ones until they are final', () => {
    at('ship').refuse('ship').undone('charge', pending);
    expect(run.sent).toEqual([]);
    expect((run.instance.wakeAt ?? 0) - run.now).toBe(7 * 86_400_000);
    expect(run.undone('charge', { effects: [money(500, 500, 2)] }).sentNames).toEqual(['release']);
  });
});

describe('a command that is a week old', () => {
  const WEEK_MS = 7 * 86_400_000;
  const dueNow = () => run.apply({ kind: 'timer', messageId: 't', publishedBy: 0 });

  it('is not sent again behind the pivot: its participant may have forgotten it', () => {
    at('ship').reply('ship', { outcome: 'pending', name: 'pending' });
    run.now += WEEK_MS;
    dueNow();
    expect(run.sent).toEqual([]);
    expect(run.note).toContain('is not sent again');
    expect(run.instance).toMatchObject({ wakeAt: null, attention: { code: 'pending-too-long' } });
    expect(run.reply('ship', { result: { number: 7 } }).instance).not.toHaveProperty('attention');
    expect(run.state('ship')).toBe('done');
  });

  it('is in doubt before it, whatever attempts are left', () => {
    at('charge');
    run.now += WEEK_MS;
    dueNow();
    expect(run.state('charge')).toBe('undoing');
    expect(run.sentNames).toEqual(['refund']);
  });

  it('is undone by a new command when its compensation stays silent as long', () => {
    at('charge').refuse('charge');
    run.now += WEEK_MS;
    dueNow();
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:reserve:undo-2', resend: 0 });
    expect(run.undone('reserve').sentNames).toEqual(['cancel']);
  });
});

describe('parked and dead', () => {
  it('changes nothing of the deadline of what is pending', () => {
    at('charge').reply('charge', { outcome: 'pending', name: 'pending' });
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
    at('charge');
    run.now += 9_000;
    run.reply('charge', { ...parked, reason });
    expect(run.state('charge')).toBe('sent');
    expect(run.instance.steps['charge']?.command).toMatchObject({ attempts: 1, error: reason });
    expect((run.instance.wakeAt ?? 0) - run.now).toBe(10_000);
    expect(run.silence().instance.steps['charge']?.command?.error).toEqual(reason);
  });

  it('a dead compensable step is in doubt and undone', () => {
    at('charge').reply('charge', { ...dead, reason });
    expect(run.last?.history.changes).toContainEqual({ step: 'charge', to: 'in-doubt' });
    expect(run.sentNames).toEqual(['refund']);
  });

  it('a dead pivot needs a person, and completes after a redrive', () => {
    at('ship').reply('ship', { ...dead, reason });
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
    at('ship')
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
    at('charge').refuse('charge').undone('reserve', { name: 'no', outcome: 'refused' });
    expect(run.instance.attention).toMatchObject({ step: 'reserve', code: 'no' });
    expect(run.sentNames).toEqual(['cancel']);
  });

  it('a row that contradicts itself is an error, not a guess', () => {
    at('charge').instance = { ...run.instance, steps: { charge: { state: 'undoing' } } };
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
    at('charge')
      .refuse('charge')
      .undone('reserve', { ...parked, reason });
    expect(run.instance.steps['reserve']?.undo).toMatchObject({ state: 'sent', error: reason });
  });
});

describe('attention', () => {
  it('stays up for a step while another one, for which it was raised as well, is answered', () => {
    at('confirm').reply('confirm', { outcome: 'dead', name: 'dead' });
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

describe('cancel', () => {
  it('before the start waits for it and then undoes at once', () => {
    expect(run.cancel().instance.state).toBe('awaiting-start');
    expect(run.note).toBe('cancel came before the start and waits for it');
    expect(run.start().instance.state).toBe('compensating');
    expect(run.sentNames).toEqual(['cancel']);
    expect(run.undone('create').instance).toMatchObject({ state: 'compensated' });
    expect(run.instance.cause?.code).toBe('customer');
  });

  it.each(['reserve', 'charge', 'secure'] as const)('while %s is out undoes that too', (step) => {
    at(step).cancel();
    expect(run.instance.state).toBe('compensating');
    expect(run.sentNames).toEqual([
      { reserve: 'release', charge: 'refund', secure: 'refund' }[step],
    ]);
  });

  it('while the pivot is out waits: a refusal undoes, an answer refuses the cancel', () => {
    at('ship').cancel();
    expect(run.sent).toEqual([]);
    expect(run.instance.cancel?.code).toBe('customer');
    const waiting = run.instance;
    run.refuse('ship');
    expect(run.instance).toMatchObject({ state: 'compensating' });
    run.instance = waiting;
    run.reply('ship', { result: { number: 1 } });
    expect(run.instance.cancel).toBeUndefined();
    expect(run.note).toContain('cancel refused');
  });

  it('after the pivot is refused, when completed or undone only recorded', () => {
    at('confirm').cancel();
    expect(run.note).toContain('the pivot is done');
    expect(run.instance.state).toBe('running');
    run.reply('confirm').reply('notify').cancel();
    expect(run.note).toContain('already completed');
  });

  it('in a saga without a pivot undoes until the first retriable step is out', () => {
    const payload = () => ({ id: 'order-1' });
    const groups = sample.groups
      .filter(([step]) => step?.kind !== 'pivot')
      .map((group) => group.map((step) => (step.payload ? { ...step, payload } : step)));
    run = new SagaRun({ ...sample, groups });
    at('secure').cancel();
    expect(run.sentNames).toEqual(['refund']);
    run = new SagaRun({ ...sample, groups });
    at('secure').reply('secure').cancel();
    expect(run.note).toBe('cancel refused: there is no way back from here');
    expect(run.sent).toEqual([]);
    expect(run.reply('confirm').reply('notify').instance.state).toBe('completed');
  });

  it('of a saga that is being undone changes nothing', () => {
    at('charge').refuse('charge').cancel();
    expect(run.instance.cause?.code).toBe('no');
    expect(run.note).toContain('already being undone');
  });
});

describe('cancel of a saga without a pivot', () => {
  it('undoes until the first retriable step is sent, and nothing from then on', () => {
    run = new SagaRun(pivotless).start().cancel();
    expect(run.sentNames).toEqual(['release']);

    run = new SagaRun(pivotless).start().reply('reserve').cancel();
    expect(run.sent).toEqual([]);
    expect(run.note).toContain('cancel refused');
    expect(run.reply('notify').cancel().note).toContain('cancel refused');
    expect(run.reply('confirm').instance.state).toBe('completed');
  });

  it('does not take a skipped step for one that was sent', () => {
    run = new SagaRun(pivotless).start({ id: 'mute' }).reply('reserve');
    expect(run.state('notify')).toBe('skipped');
    expect(run.cancel().note).toContain('cancel refused');
  });
});

describe('late answers', () => {
  it('while the step waits for its turn decide whether it is undone', () => {
    at('charge').cancel();
    // `reserve` is done and waits for the refund; `charge` is already being undone.
    run.reply('charge', { effects: [money(500, 0, 1)] });
    expect(run.state('charge')).toBe('undoing');
    expect(run.sent).toEqual([]);
    run.undone('charge', { effects: [money(500, 500, 2)] });
    expect(run.sentNames).toEqual(['release']);
  });

  it('after the end are recorded', () => {
    at('reserve').refuse('reserve').undone('create').reply('reserve');
    expect(run.instance.state).toBe('compensated');
    expect(run.note).toContain('late succeeded recorded');
    run.undone('create');
    expect(run.note).toContain("the compensation of 'create' is over");
  });
});

describe('ledger', () => {
  const undoneAll = () => {
    at('ship')
      .refuse('ship')
      .undone('charge', { effects: [money(500, 500, 2)] });
    return run.undone('reserve').undone('create');
  };

  it('takes the report with the highest revision, whatever the order', () => {
    at('secure').reply('charge', { effects: [money(900, 0, 3)] });
    run.reply('charge', { effects: [money(700, 0, 2)] });
    expect(run.instance.ledger['payment:order-1']).toMatchObject({ taken: 900, step: 'charge' });
    expect(run.report(money(900, 0, 4)).note).toBe('');
  });

  it('keeps a saga from ending while something is out, until a report evens it', () => {
    at('ship').refuse('ship').undone('charge');
    expect(run.instance.state).toBe('compensating');
    run.report(money(500, 500, 5));
    run.undone('charge').undone('reserve').undone('create');
    expect(run.instance.state).toBe('compensated');
  });

  it('is not even when more came back than was taken', () => {
    at('charge').reply('charge', { outcome: 'dead', name: 'dead', effects: [money(500, 0, 1)] });
    run.undone('charge', { effects: [money(500, 600, 2)] });
    run.undone('charge').undone('charge').undone('reserve').undone('create');
    expect(run.instance).toMatchObject({
      state: 'compensating',
      attention: { step: 'charge', code: 'ledger-open' },
    });
  });

  it('reopens an ended saga for a transfer that was paid late, with a new command', () => {
    expect(undoneAll().instance.state).toBe('compensated');
    run.report(money(1_000, 500, 3));
    expect(run.instance.state).toBe('compensating');
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:charge:undo-2', resend: 0 });
    run.replyTo('saga-1:charge:undo');
    expect(run.instance.state).toBe('compensating');
    run.undone('charge', { effects: [money(1_000, 1_000, 4)] });
    expect(run.instance.state).toBe('compensated');
  });

  it('asks a person when an effect stays out after every undo', () => {
    undoneAll().report(money(1_000, 500, 3));
    run.undone('charge').undone('charge');
    expect(run.instance).toMatchObject({
      state: 'compensating',
      attention: { code: 'ledger-open', step: 'charge' },
    });
    expect(run.instance.wakeAt).toBeNull();
    run.report(money(1_000, 1_000, 9));
    expect(run.instance.state).toBe('compensated');
  });

  it('undoes a step that was refused and has had an effect all the same', () => {
    at('charge').reply('charge', {
      name: 'refused',
      outcome: 'refused',
      effects: [money(0, 0, 1)],
    });
    run.undone('reserve').undone('create');
    expect(run.instance.state).toBe('compensated');
    run.report(money(500, 0, 2));
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:charge:undo' });
    run.undone('charge', { effects: [money(500, 500, 3)] });
    expect(run.instance.state).toBe('compensated');
  });

  it('undoes a late effect of a covered step by what covers it', () => {
    at('secure')
      .reply('secure', { effects: [{ ...money(0, 0, 1), id: 'stock' }] })
      .refuse('ship');
    run
      .undone('charge', { effects: [money(500, 500, 2)] })
      .undone('reserve')
      .undone('create');
    expect(run.instance.state).toBe('compensated');
    run.report({ ...money(3, 0, 2), id: 'stock' });
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:reserve:undo-2' });
  });

  it('undoes an effect that is first heard of when all is over, by the command it came from', () => {
    at('charge')
      .reply('charge', { outcome: 'dead', name: 'dead' })
      .undone('charge')
      .undone('reserve')
      .undone('create');
    expect(run.instance.state).toBe('compensated');
    const commandId = run.instance.steps['charge']?.command?.commandId;
    const report = { kind: 'report', messageId: 'r', effects: [money(500, 0, 1)] } as const;
    run.apply({ ...report, ...(commandId !== undefined && { commandId }) });
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:charge:undo-2' });
    run.undone('charge', { effects: [money(500, 500, 2)] });
    expect(run.instance.state).toBe('compensated');
  });

  it('undoes nothing earlier while a later step has had its effect again', () => {
    at('charge').reply('charge', { outcome: 'dead', name: 'dead' });
    const commandId = run.instance.steps['charge']?.command?.commandId ?? '';
    run.apply({ kind: 'report', messageId: 'r', commandId, effects: [money(500, 0, 1)] });
    run.undone('charge');
    expect(run.sent.map((sent) => sent.commandId)).toEqual(['saga-1:charge:undo-2']);
  });

  it('takes an answer to an earlier undo for late, though what it reports counts', () => {
    at('charge').reply('charge', { outcome: 'dead', name: 'dead' });
    const commandId = run.instance.steps['charge']?.command?.commandId ?? '';
    run.apply({ kind: 'report', messageId: 'r', commandId, effects: [money(500, 0, 1)] });
    run.undone('charge');
    run.replyTo('saga-1:charge:undo', { effects: [money(500, 100, 2)] });
    expect(run.note).toContain("late succeeded recorded for 'charge'");
    expect(run.state('charge')).toBe('undoing');
    expect(run.instance.ledger['payment:order-1']).toMatchObject({ returned: 100 });
    expect(run.sent).toEqual([]);
  });

  it('takes an id that only begins like one of its own for a foreign one', () => {
    at('secure').refuse('secure');
    for (const id of ['charge', 'charge:undone', 'secure:x']) {
      run.replyTo(`saga-2:${id}`, { effects: [money(9, 0, 9)] });
      expect(run.note).toBe(`reply recorded: no command saga-2:${id} was sent`);
    }
    run.replyTo('saga-1:charge:x', { effects: [money(9, 0, 9)] });
    expect(run.note).toBe('reply recorded: no command saga-1:charge:x was sent');
    expect(run.instance.ledger['payment:order-1']).toMatchObject({ taken: 500 });
  });

  it('keeps an effect of no known step, and is not compensated before it is back', () => {
    at('charge').report(money(1, 0, 1));
    expect(run.note).toContain('no step is known to have had the effect payment:order-1');
    run.refuse('charge').undone('reserve').undone('create');
    expect(run.instance).toMatchObject({
      state: 'compensating',
      attention: { code: 'ledger-open', step: '?' },
    });
    run.report(money(1, 1, 2));
    expect(run.instance.state).toBe('compensated');
    run.report(money(2, 1, 3));
    expect(run.instance).toMatchObject({ state: 'compensating', attention: { step: '?' } });
  });
});
