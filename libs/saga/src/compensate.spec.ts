import { beforeEach, describe, expect, it } from '@jest/globals';
import { forgiving, MEND_WINDOW_MS, money, SagaRun, windowed } from './spec/saga-run.js';

const reason = { code: 'db', message: 'disk full' };
const dead = { name: 'saga.command-dead', outcome: 'dead', reason } as const;
const pending = { name: 'saga.command-pending', outcome: 'pending' } as const;

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun(undefined, { attempts: 2 }).start().reply('reserve');
});

const undoOf = (step: string) => run.instance.steps[step]?.undo;

describe('what is undone', () => {
  it('is also what was only pending', () => {
    run.reply('charge', pending).cancel();
    expect(run.sentNames).toEqual(['refund']);
    expect(run.undone('charge').undone('reserve').undone('create').instance).toMatchObject({
      state: 'compensated',
      steps: { charge: { state: 'undone' } },
    });
  });

  it('is not what was refused, though it is covered by what is undone', () => {
    run.reply('charge').refuse('secure');
    run.undone('charge').undone('reserve').undone('create');
    expect(run.instance.state).toBe('compensated');
    expect(run.state('secure')).toBe('refused');
  });

  it('waits for nothing any more', () => {
    run.refuse('charge').undone('reserve');
    expect(undoOf('reserve')).toMatchObject({ state: 'done', attempts: 1, round: 1 });
    expect(undoOf('reserve')).not.toHaveProperty('dueAt');
  });

  it('stays so when it is answered again', () => {
    const { steps } = run.refuse('charge').undone('reserve').instance;
    run.undone('reserve', pending);
    expect(run.note).toBe("pending recorded: the compensation of 'reserve' is over");
    expect(run.instance.steps).toEqual(steps);
    expect(run.undone('create').undone('create').instance.state).toBe('compensated');
  });
});

describe('a compensation', () => {
  beforeEach(() => {
    run.refuse('charge');
  });

  it('that fails for good keeps the saga from ending, though nothing is known to be out', () => {
    run.undone('reserve', dead);
    expect(run.instance.attention).toEqual({
      step: 'reserve',
      code: 'db',
      message: "'reserve' cannot be undone: disk full",
    });
    expect(undoOf('reserve')).toMatchObject({ state: 'failed', dueAt: run.now + 60_000 });
    expect(run.undone('create').instance.state).toBe('compensating');
    expect(run.undone('reserve').instance).toMatchObject({ state: 'compensated', wakeAt: null });
  });

  it('that failed goes on being asked for under its own reason', () => {
    run.undone('reserve', dead).undone('create').silence().silence();
    expect(undoOf('reserve')).toMatchObject({ state: 'failed', attempts: 3 });
    expect(run.instance.attention).toMatchObject({ code: 'db' });
  });

  it('that is refused without a reason is explained by the reply itself', () => {
    run.undone('reserve', { name: 'no', outcome: 'refused' });
    expect(undoOf('reserve')?.error).toEqual({ code: 'no', message: 'answered no' });
  });

  it('that takes days is waited for that long', () => {
    run.undone('reserve', pending);
    expect(undoOf('reserve')).toMatchObject({
      state: 'pending',
      dueAt: run.now + 7 * 86_400_000,
    });
  });

  it('that is put aside is waited for anew, for its participant is alive', () => {
    run.now += 5_000;
    run.undone('reserve', { name: 'saga.command-parked', outcome: 'parked', reason });
    expect(undoOf('reserve')).toMatchObject({ state: 'sent', error: reason });
    expect(run.instance.wakeAt).toBe(run.now + 10_000);
  });

  it('that takes days and is put aside keeps its deadline', () => {
    const { wakeAt } = run.undone('reserve', pending).instance;
    run.now += 5_000;
    run.undone('reserve', { name: 'saga.command-parked', outcome: 'parked', reason });
    expect(undoOf('reserve')).toMatchObject({ state: 'pending', dueAt: wakeAt });
  });

  it('that stays silent needs a person when it was asked for often enough, not before', () => {
    expect(run.silence().instance.attention).toBeUndefined();
    expect(run.silence().instance.attention).toEqual({
      step: 'reserve',
      code: 'no-answer',
      message: "the compensation of 'reserve' stayed silent after 2 sendings",
    });
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:reserve:undo', resend: 2 });
  });
});

describe('the attention that a saga called for', () => {
  it('is over when it turns around', () => {
    run = new SagaRun().at('ship').reply('ship', dead);
    expect(run.instance.attention?.step).toBe('ship');
    expect(run.never('ship').instance).not.toHaveProperty('attention');
  });

  it('is over when it ends', () => {
    run
      .report({ ...money(7, 0, 1), id: 'stray' })
      .refuse('charge')
      .undone('reserve');
    run.undone('create');
    expect(run.instance.attention?.step).toBe('?');
    run.report({ ...money(7, 7, 2), id: 'stray' });
    expect(run.instance.state).toBe('compensated');
    expect(run.instance).not.toHaveProperty('attention');
  });
});

describe('a ledger that is open', () => {
  it('needs a person at once where there is nothing to undo', () => {
    run = new SagaRun(windowed(() => MEND_WINDOW_MS)).start().refuse('charge');
    run.report(money(7, 2, 1)).cancel();
    expect(run.instance).toMatchObject({
      state: 'compensating',
      wakeAt: null,
      attention: {
        step: '?',
        code: 'ledger-open',
        message: 'all is undone, but 5 JPY of payment:order-1 is out',
      },
    });
  });

  it('is undone again, three times in all, and then needs a person', () => {
    run = new SagaRun(forgiving).start().reply('charge', { effects: [money(500, 0, 1)] });
    run
      .refuse('reserve')
      .undone('secure')
      .undone('charge', { effects: [money(500, 100, 2)] });
    expect(run.note).toBe("reopened: payment:order-1 is out although 'charge' was undone");
    expect(run.sent[0]?.commandId).toBe('saga-1:charge:undo-2');
    run.undone('charge');
    expect(run.sent[0]?.commandId).toBe('saga-1:charge:undo-3');
    expect(run.instance.attention).toBeUndefined();
    run.undone('charge').undone('create');
    expect(run.instance).toMatchObject({
      state: 'compensating',
      attention: {
        step: 'charge',
        code: 'ledger-open',
        message: 'payment:order-1 is still out after 3 undos',
      },
    });
  });

  it('after the last round says so even before all is undone', () => {
    run.reply('charge', { effects: [money(500, 0, 1)] }).refuse('secure');
    run.undone('charge').undone('charge').undone('charge');
    expect(run.instance.attention).toMatchObject({ step: 'charge', code: 'ledger-open' });
    expect(run.note).toContain('payment:order-1 is still out after 3 undos');
    expect(run.sentNames).toEqual(['release']);
  });

  it('by no step that is known is told with its amount', () => {
    run
      .report(money(7, 2, 1))
      .refuse('charge')
      .undone('reserve')
      .undone('create');
    expect(run.instance.attention).toEqual({
      step: '?',
      code: 'ledger-open',
      message: expect.stringContaining('5 JPY of payment:order-1 is out'),
    });
    expect(run.report(money(7, 3, 2)).instance.attention?.message).toContain('4 JPY');
  });
});
